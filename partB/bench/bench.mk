# make bench: the benchmark, and the programs that it starts.

BENCH_FILES := bench race report method bare scenarios one_chunk blocks many overhead curves programs handout
BENCH_OBJECTS := $(BENCH_FILES:%=partB/build/bench/%.o)
BENCH_PROGRAMS := $(addprefix partB/build/bench/,nothing nothing-linked crash empty.so)
BENCHFLAGS ?=

TESTBINS += partB/bench/bench
CHECKS += 'sh partB/bench/bench-test.sh'
CLEAN += partB/bench/bench

# make bench leaves its figures in BENCH_CSV; BENCHFLAGS are options for it. make plot
# draws them, or those that came with the sources, into the directory TO. To redraw
# the pictures in the READMEs: make plot CSV=partB/bench/results.csv TO=partB/bench
BENCH_CSV := partB/build/bench/results.csv
CSV ?= $(firstword $(wildcard $(BENCH_CSV)) partB/bench/results.csv)
TO ?= partB/build/bench

.PHONY: bench plot
bench: all partB/bench/bench $(BENCH_PROGRAMS)
	partB/bench/bench --csv $(BENCH_CSV) $(BENCHFLAGS)

plot:
	@sh partB/bench/plot.sh --csv $(CSV) --to $(TO)

partB/build/bench/%.o: partB/bench/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -c -o $@ $<

partB/bench/bench: $(BENCH_OBJECTS) $(MEASURE_OBJECTS) partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

# The plain answer has the library's names; here both must live together.
HANDOUT_NAMES := chunk_startup chunk_alloc chunk_copy_eager chunk_copy_lazy
partB/build/bench/handout.o: partB/handout/handout.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB $(foreach name,$(HANDOUT_NAMES),-D$(name)=$(name:chunk_%=handout_%)) -c -o $@ $<

partB/build/bench/nothing partB/build/bench/crash: %: %.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<

partB/build/bench/nothing-linked: partB/build/bench/nothing.o partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< -Wl,--whole-archive partB/liblazycopy.a -Wl,--no-whole-archive -pthread

partB/build/bench/empty.so: partB/bench/empty.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -fPIC -o $@ $<

-include $(wildcard partB/build/bench/*.d)
