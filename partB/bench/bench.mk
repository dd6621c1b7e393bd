# make bench: the benchmark, and the programs that it starts.

BENCH_OBJECTS := $(addprefix partB/build/bench/,bench.o scenarios.o race.o report.o laps.o many.o rounds.o freeing.o method.o bare.o handout.o)
BENCH_PROGRAMS := $(addprefix partB/build/bench/,nothing nothing-linked empty.so)

TESTBINS += partB/bench/bench
CHECKS += 'sh partB/bench/bench-test.sh'
CLEAN += partB/bench/bench

# BENCHFLAGS: options for bench. make plot draws the figures of make bench, or those that came with the sources,
# into TO. To redraw the pictures in the READMEs: make plot CSV=partB/bench/results.csv TO=partB/bench
# and tables.sh for what they say.
BENCH_CSV := partB/build/bench/results.csv
CSV ?= $(firstword $(wildcard $(BENCH_CSV)) partB/bench/results.csv)
TO ?= partB/build/bench

.PHONY: bench plot
bench: all partB/bench/bench
	partB/bench/bench --csv $(BENCH_CSV) $(BENCHFLAGS)

plot: partB/copytest
	@sh partB/bench/plot.sh $(CSV) $(TO)
	@sh partB/tester/split-svg.sh $(TO)/split.svg

partB/bench/bench: $(BENCH_OBJECTS) $(HARNESS_BENCH) partB/liblazycopy.a | $(BENCH_PROGRAMS) partA/libletsbefriends.so
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

partB/build/bench/%.o: partB/bench/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -c -o $@ $<

# The plain answer has the library's names; here both must live together.
partB/build/bench/handout.o: partB/handout/handout.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB $(foreach name,startup alloc copy_eager copy_lazy,-Dchunk_$(name)=handout_$(name)) -c -o $@ $<

partB/build/bench/nothing: partB/build/bench/nothing.o $(MEASURE_MAPS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

partB/build/bench/nothing-linked: partB/build/bench/nothing.o $(MEASURE_MAPS) partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--whole-archive partB/liblazycopy.a -Wl,--no-whole-archive -pthread

partB/build/bench/empty.so:
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -fPIC -o $@ -x c /dev/null

-include $(wildcard partB/build/bench/*.d)
