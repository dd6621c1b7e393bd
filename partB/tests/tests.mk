# The tests of lazycopy: each test_NAME.c is a program of its own, built from the
# runner, the helpers and the archive. The list says what each is for.

LAZYCOPY_TESTS := $(shell sh partB/tests/names.sh)
LAZYCOPY_TESTS_NOT_LISTED := $(filter-out $(LAZYCOPY_TESTS),$(patsubst partB/tests/test_%.c,%,$(wildcard partB/tests/test_*.c)))
$(if $(LAZYCOPY_TESTS_NOT_LISTED),$(error partB/tests/list lacks: $(LAZYCOPY_TESTS_NOT_LISTED)))
LAZYCOPY_TEST_PROGRAMS := $(LAZYCOPY_TESTS:%=partB/build/tests/test_%)
LAZYCOPY_TEST_HELPERS := $(addprefix partB/build/tests/,support.o probe.o kin.o) $(HARNESS_RUNNER)
LAZYCOPY_PROGRAMS := $(LAZYCOPY_TEST_PROGRAMS) $(addprefix partB/build/tests/,crasher soak)

TESTBINS += $(LAZYCOPY_TEST_PROGRAMS)
CHECKS += $(LAZYCOPY_TEST_PROGRAMS)
CHECKS += 'sh partB/harness/order-test.sh $(LAZYCOPY_OBJECTS)' 'sh partB/tests/readme-test.sh'

partB/build/tests/%.o: partB/tests/%.c
	@mkdir -p $(@D)
	$(COMPILE) -IpartB -pthread -c -o $@ $<

# Some need the build of the library that can check its own records; in some, the
# library's own calls of these functions go through the test.
LAZYCOPY_CHECKED := $(patsubst %,partB/build/tests/test_%,refusal rules near_limit half_done holes held model)
LAZYCOPY_REFUSED := $(patsubst %,partB/build/tests/test_%,refusal refused_split large rules half_done holes held model)
$(LAZYCOPY_CHECKED): partB/build/check/liblazycopy-check.a
$(filter-out $(LAZYCOPY_CHECKED),$(LAZYCOPY_PROGRAMS)): partB/liblazycopy.a
$(LAZYCOPY_REFUSED): partB/build/tests/refusal.o
$(LAZYCOPY_REFUSED): WRAPPED := -Wl,--wrap=mmap,--wrap=mremap,--wrap=mprotect,--wrap=madvise
partB/build/tests/test_fork_segments: WRAPPED := -Wl,--wrap=shmget,--wrap=shmat,--wrap=shmctl
partB/build/tests/test_refusal: partB/build/tests/scenario.o
partB/build/tests/test_threads partB/build/tests/soak: partB/build/tests/storm.o
partB/build/tests/test_model: partB/build/tests/acts.o partB/build/tests/world.o

$(LAZYCOPY_PROGRAMS): %: %.o $(LAZYCOPY_TEST_HELPERS)
	$(CC) $(CFLAGS) $(LDFLAGS) $(WRAPPED) -o $@ $(filter %.o,$^) $(filter %.a,$^) -pthread $(LDLIBS)

# The crasher is linked with libletsbefriends, and without it for preloading.
TESTBINS += partB/build/tests/crasher partB/build/tests/crasher-friends
CHECKS += 'sh partB/tests/programs-test.sh'

partB/build/tests/crasher-friends: partB/build/tests/crasher.o $(LAZYCOPY_TEST_HELPERS) partB/liblazycopy.a partA/libletsbefriends.so
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) partB/liblazycopy.a -Wl,-rpath,'$$ORIGIN/../../../partA' -LpartA \
	  -Wl,--no-as-needed -lletsbefriends -pthread $(LDLIBS)

# Not part of check: ten minutes, or as long as SECONDS says.
.PHONY: soak
soak: partB/build/tests/soak
	SECONDS=$(or $(SECONDS),600) $<

# A build of the library that can check its own records.
LAZYCOPY_CHECK_OBJECTS := $(LAZYCOPY_FILES:%=partB/build/check/%.o) partB/build/tests/check.o

partB/build/check/%.o: partB/%.c
	@mkdir -p $(@D)
	$(COMPILE) -DLAZYCOPY_CHECK -pthread -c -o $@ $<

partB/build/check/liblazycopy-check.a: $(LAZYCOPY_CHECK_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

-include $(wildcard partB/build/tests/*.d partB/build/check/*.d)
