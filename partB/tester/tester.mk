# copytest, the lab's tester, and its own tests. It shares measuring code with the
# benchmark (measure/measure.mk). `make show` shows what any lazycopy does, step by step:
#   make show LAZYCOPY=file.c STEPS='a = alloc; b = lazy a; write b' HTML=page.html

TESTER_BUILD := partB/build/tester
SHOW_OBJECTS := $(patsubst partB/%.c,partB/build/%.o,$(filter-out %/show_main.c,$(wildcard partB/tester/show*.c))) \
  $(HARNESS_BOX) $(MEASURE_OBJECTS)
COPYTEST_OBJECTS := $(addprefix $(TESTER_BUILD)/,copytest.o copytest_run.o copytest_csv.o copytest_table.o copytest_show.o) $(sort $(SHOW_OBJECTS))

PRODUCTS += partB/copytest
TESTBINS += $(TESTER_BUILD)/copytest_broken $(TESTER_BUILD)/show
CHECKS += 'sh partB/tester/copytest-test.sh' 'sh partB/tester/show-test.sh'
CLEAN += partB/copytest

$(TESTER_BUILD)/%.o: partB/tester/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -c -o $@ $<

partB/copytest: $(COPYTEST_OBJECTS) partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

$(TESTER_BUILD)/copytest_broken: $(COPYTEST_OBJECTS) $(TESTER_BUILD)/copytest_broken.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(TESTER_BUILD)/show: $(TESTER_BUILD)/show_main.o $(sort $(SHOW_OBJECTS))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread -ldl $(LDLIBS)

# The shell takes these from the environment, as they may hold anything.
export STEPS HTML

.PHONY: show
show: $(TESTER_BUILD)/show $(if $(LAZYCOPY),,partB/liblazycopy.a)
	@CC='$(CC)' sh partB/tester/show.sh "$${LAZYCOPY:-partB/liblazycopy.a}" $(TESTER_BUILD)/show

-include $(wildcard $(TESTER_BUILD)/*.d)
