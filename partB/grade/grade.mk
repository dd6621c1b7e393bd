# The grader: `make grade`, and what it shares with partA/grade.
#   make grade                          grades this repository's libraries
#   make grade LAZYCOPY=path/lazycopy.c
#   make grade FRIENDS=path/library.so  (or a .c file; both may be given)

GRADE_BUILD := partB/build/grade
GRADE_CHECKS := checker pairs check_values check_split check_many check_speed check_extra check_robust \
  check_threads malloc_watch
GRADERS += $(GRADE_BUILD)/grade $(GRADE_BUILD)/checker

$(GRADE_BUILD)/%.o: partB/grade/%.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

$(GRADE_BUILD)/grade: $(GRADE_BUILD)/grade.o $(HARNESS_GRADER)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(GRADE_BUILD)/checker: $(GRADE_CHECKS:%=$(GRADE_BUILD)/%.o) $(patsubst %,$(HARNESS_BUILD)/%.o,effort measure maps)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread -ldl

# The graded code is compiled without CFLAGS: no use under a sanitizer.
ifeq (,$(findstring sanitize,$(CC) $(CFLAGS)))
TESTBINS += $(GRADERS)
CHECKS += 'sh partB/grade/test.sh'
CHECKS += 'sh partB/tests/mutants/run.sh lazycopy partB/tests/mutants --fast'
CHECKS += 'sh partB/tests/mutants/run.sh friends partA/tests/mutants --fast'
endif

# All mutants, and our own libraries: two or three minutes.
.PHONY: check-mutants
check-mutants: all $(GRADERS)
	@sh partB/harness/tally.sh 'sh partB/tests/mutants/run.sh friends partA/tests/mutants' \
	  'sh partB/tests/mutants/run.sh lazycopy partB/tests/mutants'

.PHONY: grade
grade: $(GRADERS) $(if $(LAZYCOPY)$(FRIENDS),,partB/liblazycopy.a partA/libletsbefriends.so)
	@CC='$(CC)' sh partB/grade/grade.sh $(if $(LAZYCOPY),--lazycopy '$(LAZYCOPY)') $(if $(FRIENDS),--friends '$(FRIENDS)')

-include $(wildcard $(GRADE_BUILD)/*.d)
