# The grader's half for letsbefriends; partB/grade/grade.mk has the target and the
# code that both halves share.

FRIENDS_GRADE := partA/build/grade
FRIENDS_GRADE_OBJECTS := $(patsubst %,$(FRIENDS_GRADE)/%.o,grade run message check_required check_random \
  check_robust compare) \
  partB/build/grade/pace.o partB/build/grade/report.o $(HARNESS_BOX)
GRADERS += $(patsubst %,$(FRIENDS_GRADE)/%,grade victim clock.so)

$(FRIENDS_GRADE)/%.o: partA/grade/%.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

$(FRIENDS_GRADE)/malloc_watch.o: partB/grade/malloc_watch.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

$(FRIENDS_GRADE)/grade: $(FRIENDS_GRADE_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(FRIENDS_GRADE)/victim: $(FRIENDS_GRADE)/victim.o $(FRIENDS_GRADE)/malloc_watch.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread -ldl

$(FRIENDS_GRADE)/clock.so: $(FRIENDS_GRADE)/clock.o
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^

-include $(wildcard $(FRIENDS_GRADE)/*.d)
