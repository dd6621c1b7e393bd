# make examples: small programs that use lazycopy. And the tests of these and of
# what the README files and the teachers' guide print.

EXAMPLES := $(addprefix partB/examples/,undo save pitfalls pitfalls-handout)

TESTBINS += $(EXAMPLES)
CHECKS += 'sh partB/examples/examples-test.sh' 'sh partB/tests/readme-test.sh'
CLEAN += $(EXAMPLES)

.PHONY: examples
examples: $(EXAMPLES)

partB/build/examples/%.o: partB/examples/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -pthread -c -o $@ $<

partB/examples/undo partB/examples/save partB/examples/pitfalls: partB/examples/%: partB/build/examples/%.o \
                                                                 partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

# The lab's plain answer under the lab's names; the benchmark renames it.
partB/build/examples/handout.o: partB/bench/handout.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -c -o $@ $<

partB/examples/pitfalls-handout: partB/build/examples/pitfalls.o partB/build/examples/handout.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

-include $(wildcard partB/build/examples/*.d)
