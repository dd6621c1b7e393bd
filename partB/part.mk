# partB: the lazycopy library. Its objects are linked into one, in which only
# the names of lazycopy.h stay visible, so that the archive too exports nothing else.

LAZYCOPY_FILES := lazycopy bytes enter copy fault fork split slot mapping record frame ring generation space probe lock
LAZYCOPY_OBJECTS := $(LAZYCOPY_FILES:%=partB/build/%.o)
# Of CFLAGS, what decides the kind of code; the others might link libraries in. With
# -flto the result is machine code, in which objcopy can find the names.
LAZYCOPY_RELOCATABLE := $(filter -m% -flto%,$(CFLAGS)) $(if $(filter -flto%,$(CFLAGS)),-flinker-output=nolto-rel)
OBJCOPY ?= $(shell $(CC) -print-prog-name=objcopy)
LAZYCOPY_REALNAME := liblazycopy.so.$(VERSION)
LAZYCOPY_SONAME := liblazycopy.so.$(firstword $(subst ., ,$(VERSION)))

PRODUCTS += partB/liblazycopy.a partB/liblazycopy.so
CLEAN += partB/liblazycopy.a partB/liblazycopy.so partB/$(LAZYCOPY_SONAME) partB/$(LAZYCOPY_REALNAME)

partB/build/%.o: partB/%.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -fvisibility=hidden -c -o $@ $<

partB/build/lazycopy-all.o: $(LAZYCOPY_OBJECTS)
	$(CC) $(LAZYCOPY_RELOCATABLE) -r -nostdlib -Wl,--force-group-allocation -o $@ $^
	$(OBJCOPY) --localize-hidden $@

partB/liblazycopy.a: partB/build/lazycopy-all.o
	rm -f $@
	$(AR) rcs $@ $^

# The usual links: one for the linker, one for the loader.
partB/liblazycopy.so: partB/$(LAZYCOPY_REALNAME)
	ln -sf $(<F) partB/$(LAZYCOPY_SONAME)
	ln -sf $(LAZYCOPY_SONAME) $@

partB/$(LAZYCOPY_REALNAME): $(LAZYCOPY_OBJECTS) partB/lazycopy.map
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(LAZYCOPY_SONAME) -Wl,--version-script,partB/lazycopy.map \
	  -Wl,-z,defs -Wl,-z,nodelete -o $@ $(LAZYCOPY_OBJECTS) -pthread

-include $(LAZYCOPY_OBJECTS:.o=.d)
