# make examples: small programs that use lazycopy, and their tests.

EXAMPLES := $(addprefix partB/examples/,undo save rollback)

TESTBINS += $(EXAMPLES)
CHECKS += 'sh partB/examples/examples-test.sh'
CLEAN += $(EXAMPLES)

.PHONY: examples
examples: $(EXAMPLES)

partB/build/examples/%.o: partB/examples/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -pthread -c -o $@ $<

$(EXAMPLES): partB/examples/%: partB/build/examples/%.o partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

-include $(wildcard partB/build/examples/*.d)
