# Measuring: the clock, memory, mappings, numbers for people. Copytest, which is installed,
# the benchmark, the harness and the tests use it; it uses nothing of theirs.

MEASURE_OBJECTS := $(patsubst %,partB/build/measure/%.o,measure text maps)
MEASURE_CLOCK := partB/build/measure/measure.o
MEASURE_MAPS := partB/build/measure/maps.o $(MEASURE_CLOCK)

partB/build/measure/%.o: partB/measure/%.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

-include $(MEASURE_OBJECTS:.o=.d)
