# copytest, the lab's tester, and its own tests. It shares measuring code with the
# benchmark (MEASURE_OBJECTS, in bench/bench.mk).

COPYTEST_OBJECTS := $(addprefix partB/build/,copytest.o copytest_run.o show.o show_draw.o) $(MEASURE_OBJECTS)

PRODUCTS += partB/copytest
TESTBINS += partB/build/copytest_broken
CHECKS += 'sh partB/copytest-test.sh'
CLEAN += partB/copytest

partB/copytest: $(COPYTEST_OBJECTS) partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

partB/build/copytest_broken: $(COPYTEST_OBJECTS) partB/build/copytest_broken.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

-include $(COPYTEST_OBJECTS:.o=.d) partB/build/copytest_broken.d
