# copytest, the lab's tester, and its own tests.

MEASURE_OBJECTS := partB/build/bench/measure.o partB/build/bench/text.o
COPYTEST_OBJECTS := $(addprefix partB/build/,copytest.o copytest_run.o show.o show_draw.o) $(MEASURE_OBJECTS)

PRODUCTS += partB/copytest
TESTBINS += partB/build/copytest_broken
CHECKS += sh partB/copytest-test.sh
CLEAN += partB/copytest

partB/build/bench/%.o: partB/bench/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -c -o $@ $<

partB/copytest: $(COPYTEST_OBJECTS) partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread

partB/build/copytest_broken: $(COPYTEST_OBJECTS) partB/build/copytest_broken.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

-include $(COPYTEST_OBJECTS:.o=.d) partB/build/copytest_broken.d
