# The checks of letsbefriends, and the programs that crash; partB/grade/grade.mk has the grader that runs them.

FRIENDS_GRADE := partA/build/grade
FRIENDS_CHECKS := $(patsubst %,$(FRIENDS_GRADE)/%.o,run message check_required check_random check_robust compare)
GRADERS += $(FRIENDS_GRADE)/victim $(FRIENDS_GRADE)/clock.so

$(FRIENDS_GRADE)/%.o: partA/grade/%.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

$(FRIENDS_GRADE)/malloc_watch.o: partB/grade/malloc_watch.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

$(FRIENDS_GRADE)/victim: $(FRIENDS_GRADE)/victim.o $(FRIENDS_GRADE)/malloc_watch.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread -ldl

$(FRIENDS_GRADE)/clock.so: $(FRIENDS_GRADE)/clock.o
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^

-include $(wildcard $(FRIENDS_GRADE)/*.d)
