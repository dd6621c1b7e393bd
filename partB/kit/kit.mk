# make kit DIR=path: what a student's repository starts from, without solutions.

# All that the checks are made of, and the plain answers: of part A, of part B.
KIT_CHECKS := partA/grade partB/grade $(wildcard $(patsubst partB/build/%.o,partB/%.[ch],$(HARNESS_BOX) $(MEASURE_OBJECTS))) \
  $(wildcard partB/tester/show*.[ch]) partB/tester/show.sh
KIT_ANSWERS := partA/handout/handout.c partB/handout/handout.c
export KIT_CHECKS KIT_ANSWERS

.PHONY: kit
kit:
	@sh partB/kit/kit.sh "$$DIR"

CHECKS += 'sh partB/kit/kit-test.sh'

# Some ten seconds of processor time: part of make check-all.
.PHONY: check-kit
check-kit: $(HARNESS_BUILD)/within partB/build/grade/marks partB/build/grade/requirements
	@sh partB/harness/tally.sh 'sh partB/kit/kit-test.sh --long' 'sh partB/grade/autograder-test.sh --long'
