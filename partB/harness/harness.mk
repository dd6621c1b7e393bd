# What the tests, the graders and the benchmark of both parts stand on. Who uses whom, from the
# top to the bottom; nobody uses what stands above:
#
#   kit, autograder          copy the graders and what these use
#   grade (both parts)       box, effort, measure. The grader in partB runs the checks of both
#   tests (both parts)       runner, shelltest.sh, within
#   bench                    box, measure
#   harness/  runner         box
#             box            effort, leftovers, streams, interrupts
#             within         effort, leftovers
#             effort         descendants, measure
#             leftovers      descendants
#             tally.sh, shelltest.sh, order-test.sh   nothing
#   tester (copytest, show)  box, measure; make show also the grader's compile.sh
#   measure/                 nothing
#   the libraries            nothing of all this

HARNESS_BUILD := partB/build/harness
HARNESS_EFFORT := $(patsubst %,$(HARNESS_BUILD)/%.o,effort descendants) $(MEASURE_CLOCK)
HARNESS_BOX := $(patsubst %,$(HARNESS_BUILD)/%.o,box streams interrupts leftovers) $(HARNESS_EFFORT)
HARNESS_RUNNER := $(HARNESS_BUILD)/runner.o $(HARNESS_BOX) $(MEASURE_MAPS)
HARNESS_BENCH := $(HARNESS_BOX) $(MEASURE_OBJECTS)

TESTBINS += $(HARNESS_BUILD)/within

$(HARNESS_BUILD)/%.o: partB/harness/%.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

$(HARNESS_BUILD)/within: $(patsubst %,$(HARNESS_BUILD)/%.o,within leftovers) $(HARNESS_EFFORT)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

-include $(wildcard $(HARNESS_BUILD)/*.d)
