# What tests, graders and the benchmark of both parts stand on. None of it knows them.

HARNESS_BUILD := partB/build/harness
HARNESS_RUNNER := $(patsubst %,$(HARNESS_BUILD)/%.o,runner box effort leftovers measure maps)
HARNESS_GRADER := $(patsubst %,$(HARNESS_BUILD)/%.o,box effort leftovers pace report measure)
HARNESS_MAPS := $(HARNESS_BUILD)/maps.o $(HARNESS_BUILD)/measure.o
HARNESS_BENCH := $(patsubst %,$(HARNESS_BUILD)/%.o,box effort leftovers measure text maps)
MEASURE_OBJECTS := $(patsubst %,$(HARNESS_BUILD)/%.o,measure text maps)

TESTBINS += $(HARNESS_BUILD)/account $(HARNESS_BUILD)/within

$(HARNESS_BUILD)/%.o: partB/harness/%.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

$(HARNESS_BUILD)/account: $(patsubst %,$(HARNESS_BUILD)/%.o,account effort measure)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(HARNESS_BUILD)/within: $(patsubst %,$(HARNESS_BUILD)/%.o,within effort leftovers measure)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

-include $(wildcard $(HARNESS_BUILD)/*.d)
