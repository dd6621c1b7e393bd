# copytest, the lab's tester, and its own tests. It shares measuring code with the
# benchmark (measure/measure.mk).

COPYTEST_OBJECTS := $(addprefix partB/build/tester/,copytest.o copytest_run.o copytest_csv.o show.o show_draw.o) $(MEASURE_OBJECTS)

PRODUCTS += partB/copytest
TESTBINS += partB/build/tester/copytest_broken
CHECKS += 'sh partB/tester/copytest-test.sh'
CLEAN += partB/copytest

partB/build/tester/%.o: partB/tester/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -c -o $@ $<

partB/copytest: $(COPYTEST_OBJECTS) partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

partB/build/tester/copytest_broken: $(COPYTEST_OBJECTS) partB/build/tester/copytest_broken.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

-include $(COPYTEST_OBJECTS:.o=.d) partB/build/tester/copytest_broken.d
