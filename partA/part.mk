# partA: libletsbefriends, and the tester that needs it. The file is named after
# the library; the link beside it is for the flag -letsbefriends.

# Each calls only those after it.
FRIENDS_FILES := letsbefriends threads tell where explain access nearby calls symbols files table unwind musl image maps child park report strict options start text
FRIENDS_OBJECTS := $(FRIENDS_FILES:%=partA/build/%.o)
# No stack protector: a crashed program may have lost what it compares with.
FRIENDS_FLAGS := -fPIC -fvisibility=hidden -fasynchronous-unwind-tables -fno-stack-protector -IpartA/build
# Code and constants share pages (noseparate-code): fewer to map, and programs start sooner.
FRIENDS_LINK := -shared -static-libgcc -Wl,--eh-frame-hdr -Wl,-soname,libletsbefriends.so -Wl,-z,nodelete,-z,now,-z,defs,-z,noseparate-code -Wl,--exclude-libs,ALL

PRODUCTS += partA/libletsbefriends.so partA/libetsbefriends.so partA/tester/tester
CLEAN += partA/libletsbefriends.so partA/libetsbefriends.so partA/tester/tester

partA/build/messages.inc: partA/messages
	@mkdir -p $(@D)
	sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $< >$@

partA/build/options.o: partA/build/messages.inc

$(FRIENDS_OBJECTS): partA/build/%.o: partA/%.c
	@mkdir -p $(@D)
	$(COMPILE) $(FRIENDS_FLAGS) -c -o $@ $<

partA/libletsbefriends.so: $(FRIENDS_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) $(FRIENDS_LINK) -o $@ $^ -ldl -pthread

partA/libetsbefriends.so: partA/libletsbefriends.so
	ln -sf libletsbefriends.so $@

# Linkers drop libraries that nothing refers to, unless they are told not to.
partA/tester/tester: partA/tester/tester.c partA/libletsbefriends.so partA/libetsbefriends.so
	@mkdir -p partA/build/tester
	$(COMPILE) -MF partA/build/tester/tester.d -o $@ $< $(LDFLAGS) -Wl,-rpath,'$$ORIGIN/..' -LpartA -Wl,--no-as-needed -letsbefriends

-include $(FRIENDS_OBJECTS:.o=.d) partA/build/tester/tester.d
