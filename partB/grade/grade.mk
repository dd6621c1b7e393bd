# The grader of both parts: `make grade`.
#   make grade                          grades this repository's libraries
#   make grade LAZYCOPY=path/lazycopy.c
#   make grade FRIENDS=path/library.so  (or a .c file; both may be given)
#   make grade SUBMISSION=directory     (a lazycopy.c and a letsbefriends.c somewhere below it)
#   make grade ... POINTS=file JSON=file JUNIT=file REQUIRED=1
#   make grade-class DIR=submissions OUT=grades.csv JOBS=n POINTS=file REQUIRED=1

GRADE_BUILD := partB/build/grade
GRADE_OBJECTS := grade boxed checker verdict report pace pairs check_values check_split check_many check_speed check_extra \
  check_robust check_threads check_handler malloc_watch
GRADERS += $(GRADE_BUILD)/grade $(GRADE_BUILD)/marks $(GRADE_BUILD)/requirements

$(GRADE_BUILD)/%.o: partB/grade/%.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

$(GRADE_BUILD)/grade: $(GRADE_OBJECTS:%=$(GRADE_BUILD)/%.o) $(FRIENDS_CHECKS) $(HARNESS_BOX) $(MEASURE_MAPS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread -ldl

# What the grade comes to. The handout says in a sentence what each check requires.
$(GRADE_BUILD)/marks: $(patsubst %,$(GRADE_BUILD)/%.o,marks score forms documents)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(GRADE_BUILD)/requirements: partB/grade/requirements.sh partA/kit/README.md partB/kit/README.md
	@mkdir -p $(@D)
	sh $^ >$@

# The graded code is compiled without CFLAGS: no use under a sanitizer.
ifeq (,$(findstring sanitize,$(CC) $(CFLAGS)))
TESTBINS += $(GRADERS)
CHECKS += 'sh partB/grade/test.sh'
CHECKS += 'sh partB/grade/sources-test.sh'
CHECKS += 'sh partB/grade/points-test.sh'
CHECKS += 'sh partB/grade/class-test.sh'
CHECKS += 'sh partB/grade/autograder-test.sh'
endif

# All mutants, and our own libraries: two or three minutes.
.PHONY: check-mutants
check-mutants: all $(GRADERS)
	@sh partB/harness/tally.sh 'sh partB/grade/mutants/run.sh friends partA/grade/mutants' \
	  'sh partB/grade/mutants/run.sh lazycopy partB/grade/mutants'

# Paths may hold anything, so the shell takes them from the environment.
export LAZYCOPY FRIENDS POINTS JSON JUNIT SUBMISSION REQUIRED DIR OUT JOBS

.PHONY: grade
grade: $(GRADERS) $(if $(LAZYCOPY)$(FRIENDS)$(SUBMISSION),,partB/liblazycopy.a partA/libletsbefriends.so)
	@CC='$(CC)' sh partB/grade/grade.sh $${LAZYCOPY:+--lazycopy "$$LAZYCOPY"} $${FRIENDS:+--friends "$$FRIENDS"} \
	  $${SUBMISSION:+--submission "$$SUBMISSION"} $${REQUIRED:+--required} \
	  $${POINTS:+--points "$$POINTS"} $${JSON:+--json "$$JSON"} $${JUNIT:+--junit "$$JUNIT"}

.PHONY: grade-class
grade-class: $(GRADERS) $(HARNESS_BUILD)/within
	@CC='$(CC)' sh partB/grade/class.sh "$$DIR" "$$OUT" "$${JOBS:-1}" "$$POINTS" $${REQUIRED:+--required}

# What is uploaded to Gradescope.
.PHONY: autograder
autograder: $(GRADE_BUILD)/marks $(GRADE_BUILD)/requirements
	@$(GRADE_BUILD)/marks $(GRADE_BUILD)/requirements partB/grade/points
	@sh partB/grade/autograder/autograder.sh "$$DIR"

-include $(wildcard $(GRADE_BUILD)/*.d)
