# The lab's plain answer, and a program that shows what it gets wrong: linked with it,
# and with the library.

HANDOUT := partB/handout/handout.c
PITFALLS := partB/handout/pitfalls partB/handout/pitfalls-handout

TESTBINS += $(PITFALLS)
CLEAN += $(PITFALLS)

examples: $(PITFALLS)

partB/build/handout/%.o: partB/handout/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -pthread -c -o $@ $<

partB/handout/pitfalls: partB/build/handout/pitfalls.o partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

partB/handout/pitfalls-handout: partB/build/handout/pitfalls.o partB/build/handout/handout.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

-include $(wildcard partB/build/handout/*.d)
