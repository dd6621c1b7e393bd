# The tests of lazycopy: each test_NAME.c is a program of its own, built from the
# runner, the helpers and the archive. The list says what each is for.

LAZYCOPY_TESTS := $(filter-out model,$(shell sh partB/tests/names.sh))
LAZYCOPY_TESTS_NOT_LISTED := $(filter-out $(LAZYCOPY_TESTS) model,$(patsubst partB/tests/test_%.c,%,$(wildcard partB/tests/test_*.c)))
$(if $(LAZYCOPY_TESTS_NOT_LISTED),$(error partB/tests/list lacks: $(LAZYCOPY_TESTS_NOT_LISTED)))
LAZYCOPY_TEST_PROGRAMS := $(LAZYCOPY_TESTS:%=partB/build/tests/test_%)
LAZYCOPY_TEST_HELPERS := $(addprefix partB/build/tests/,support.o probe.o kin.o) $(HARNESS_RUNNER)

# The library's own calls of these functions go through the test.
LDFLAGS_test_torn := -Wl,--wrap=mremap
LDFLAGS_test_fork_segments := -Wl,--wrap=shmget,--wrap=shmat,--wrap=shmctl
LDFLAGS_test_refusal := -Wl,--wrap=mmap,--wrap=mremap,--wrap=mprotect,--wrap=madvise
LDFLAGS_test_refused_split := $(LDFLAGS_test_refusal)
LDFLAGS_test_large := $(LDFLAGS_test_refusal)
LDFLAGS_test_half_done := $(LDFLAGS_test_refusal)
LDFLAGS_test_holes := $(LDFLAGS_test_refusal)
LDFLAGS_test_held := $(LDFLAGS_test_refusal)
LDFLAGS_test_rules := $(LDFLAGS_test_refusal)

TESTBINS += $(LAZYCOPY_TEST_PROGRAMS) partB/build/tests/test_model
CHECKS += $(LAZYCOPY_TEST_PROGRAMS) partB/build/tests/test_model
CHECKS += 'sh partB/harness/order-test.sh $(LAZYCOPY_OBJECTS)' 'sh partB/tests/readme-test.sh'

# The crasher is linked with libletsbefriends, and without it for preloading.
TESTBINS += partB/build/tests/crasher partB/build/tests/crasher-friends
CHECKS += 'sh partB/tests/programs-test.sh'

partB/build/tests/%.o: partB/tests/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -pthread -c -o $@ $<

LAZYCOPY_CHECKED_TESTS := $(addprefix partB/build/tests/test_,refusal rules half_done holes held)

$(filter-out $(LAZYCOPY_CHECKED_TESTS),$(LAZYCOPY_TEST_PROGRAMS)): %: %.o $(LAZYCOPY_TEST_HELPERS) partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) $(LDFLAGS_$(@F)) -o $@ $^ -pthread $(LDLIBS)

partB/build/tests/test_refused_split partB/build/tests/test_large: partB/build/tests/refusal.o
partB/build/tests/test_refusal: partB/build/tests/scenario.o

CRASHER_OBJECTS := $(sort $(addprefix partB/build/tests/,crasher.o support.o) $(HARNESS_RUNNER))

partB/build/tests/crasher: $(CRASHER_OBJECTS) partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

partB/build/tests/crasher-friends: $(CRASHER_OBJECTS) partB/liblazycopy.a partA/libletsbefriends.so
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CRASHER_OBJECTS) partB/liblazycopy.a -Wl,-rpath,'$(CURDIR)/partA' -LpartA \
	  -Wl,--no-as-needed -lletsbefriends -pthread $(LDLIBS)

# Not part of check: ten minutes, or as long as SECONDS says.
.PHONY: soak
soak: partB/build/tests/soak
	SECONDS=$(or $(SECONDS),600) $<

partB/build/tests/soak: $(addprefix partB/build/tests/,soak.o support.o probe.o) $(HARNESS_RUNNER) partB/liblazycopy.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread $(LDLIBS)

# A build of the library that can check its own records.
LAZYCOPY_CHECK_OBJECTS := $(LAZYCOPY_FILES:%=partB/build/check/%.o) partB/build/tests/check.o

partB/build/check/%.o: partB/%.c
	@mkdir -p $(@D)
	$(COMPILE) -DLAZYCOPY_CHECK -pthread -c -o $@ $<

partB/build/check/liblazycopy-check.a: $(LAZYCOPY_CHECK_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

partB/build/tests/test_model: $(addprefix partB/build/tests/,test_model.o acts.o world.o refusal.o support.o) $(HARNESS_RUNNER) \
                              partB/build/check/liblazycopy-check.a
	$(CC) $(CFLAGS) $(LDFLAGS) $(LDFLAGS_test_refusal) -o $@ $^ -pthread $(LDLIBS)

$(LAZYCOPY_CHECKED_TESTS): %: %.o partB/build/tests/refusal.o $(LAZYCOPY_TEST_HELPERS) \
                           partB/build/check/liblazycopy-check.a
	$(CC) $(CFLAGS) $(LDFLAGS) $(LDFLAGS_$(@F)) -o $@ $^ -pthread $(LDLIBS)

-include $(wildcard partB/build/tests/*.d partB/build/check/*.d)
