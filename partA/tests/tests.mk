# Tests of partA. EMULATOR, if set, goes before the programs that crash.

EMULATOR ?=
export EMULATOR

ZOO_OBJECTS := $(patsubst %,partA/build/tests/%.o,zoo zoo_kinds zoo_places zoo_process zoo_moments)
FRIENDS_TESTS := kinds processes moments threads decoder tables
FRIENDS_TEST_PROGRAMS := $(FRIENDS_TESTS:%=partA/build/tests/%)

TESTBINS += partA/build/tests/zoo partA/build/tests/by_signal partA/build/tests/facts partA/build/tests/crasher partA/build/tests/changed $(FRIENDS_TEST_PROGRAMS)
CHECKS += $(FRIENDS_TEST_PROGRAMS) "sh partA/tests/lab.sh" "sh partA/tests/options.sh" "sh partA/tests/security.sh" "sh partA/tests/wrapper.sh" "sh partA/tests/warnings.sh" "sh partA/tests/compiled.sh" "sh partA/tests/built.sh" "sh partA/tests/healthy.sh" 'sh partB/harness/order-test.sh $(FRIENDS_OBJECTS)'

# The zoo is compiled so that each line stays where it is in the source.
$(ZOO_OBJECTS): partA/build/tests/%.o: partA/tests/%.c
	@mkdir -p $(@D)
	$(COMPILE) -O0 -g -fno-lto -fno-sanitize=all -c -o $@ $<

# Some tests copy it elsewhere.
partA/build/tests/zoo: $(ZOO_OBJECTS) partA/libletsbefriends.so
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(ZOO_OBJECTS) -Wl,--eh-frame-hdr -Wl,-rpath,'$$ORIGIN/../..:$(CURDIR)/partA' -LpartA -Wl,--no-as-needed -lletsbefriends -pthread -lrt

partA/build/tests/%.o: partA/tests/%.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

partA/build/tests/by_signal partA/build/tests/facts partA/build/tests/crasher partA/build/tests/changed: %: %.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread

partA/build/tests/threads: FRIENDS_TEST_LIBRARY := -Wl,-rpath,'$$ORIGIN/../..' -LpartA -Wl,--no-as-needed -lletsbefriends
partA/build/tests/threads: partA/libletsbefriends.so

partA/build/tests/tables: partA/build/table.o partA/build/text.o

$(FRIENDS_TEST_PROGRAMS): %: %.o partA/build/tests/observe.o $(HARNESS_RUNNER)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(FRIENDS_TEST_LIBRARY) -pthread

.PRECIOUS: partA/build/tests/%.o
-include $(wildcard partA/build/tests/*.d)
