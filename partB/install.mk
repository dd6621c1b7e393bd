# make install and make uninstall, for both parts. PREFIX, bindir, libdir,
# includedir and mandir say where to; DESTDIR, if set, goes before all of them.

PREFIX ?= /usr/local
bindir ?= $(PREFIX)/bin
libdir ?= $(PREFIX)/lib
includedir ?= $(PREFIX)/include
mandir ?= $(PREFIX)/share/man
INSTALL ?= install

INSTALL_PROGRAMS = partA/letsbefriends partB/copytest
INSTALL_LIBRARIES = partA/libletsbefriends.so partB/$(LAZYCOPY_REALNAME)
INSTALL_ARCHIVES = partB/liblazycopy.a
INSTALL_HEADERS = partB/lazycopy.h
INSTALL_PAGES = partA/letsbefriends.1 partA/libletsbefriends.7 partB/lazycopy.3 partB/copytest.1
INSTALL_PC = partA/letsbefriends.pc partB/lazycopy.pc
INSTALL_LINKS = libetsbefriends.so $(LAZYCOPY_SONAME) liblazycopy.so

# Where each file goes; section 1 of the manual in man1, and so on.
INSTALLED = \
  $(addprefix $(bindir)/,$(notdir $(INSTALL_PROGRAMS))) \
  $(addprefix $(libdir)/,$(notdir $(INSTALL_LIBRARIES) $(INSTALL_ARCHIVES)) $(INSTALL_LINKS)) \
  $(addprefix $(includedir)/,$(notdir $(INSTALL_HEADERS))) \
  $(foreach page,$(INSTALL_PAGES),$(mandir)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
  $(addprefix $(libdir)/pkgconfig/,$(notdir $(INSTALL_PC)))

.PHONY: install uninstall
install: all
	for directory in $(sort $(dir $(INSTALLED))); do $(INSTALL) -d "$(DESTDIR)$$directory" || exit 1; done
	$(INSTALL) -m 755 $(INSTALL_PROGRAMS) "$(DESTDIR)$(bindir)"
	$(INSTALL) -m 755 $(INSTALL_LIBRARIES) "$(DESTDIR)$(libdir)"
	$(INSTALL) -m 644 $(INSTALL_ARCHIVES) "$(DESTDIR)$(libdir)"
	$(INSTALL) -m 644 $(INSTALL_HEADERS) "$(DESTDIR)$(includedir)"
	for page in $(INSTALL_PAGES); do $(INSTALL) -m 644 $$page "$(DESTDIR)$(mandir)/man$${page##*.}" || exit 1; done
	for file in $(INSTALL_PC); do \
	  sed -e 's|@libdir@|$(libdir)|; s|@includedir@|$(includedir)|; s|@version@|$(VERSION)|' $$file.in \
	    >"$(DESTDIR)$(libdir)/pkgconfig/$${file##*/}" || exit 1; \
	done
	ln -sf libletsbefriends.so "$(DESTDIR)$(libdir)/libetsbefriends.so"
	ln -sf $(LAZYCOPY_REALNAME) "$(DESTDIR)$(libdir)/$(LAZYCOPY_SONAME)"
	ln -sf $(LAZYCOPY_SONAME) "$(DESTDIR)$(libdir)/liblazycopy.so"

uninstall:
	for file in $(INSTALLED); do rm -f "$(DESTDIR)$$file" || exit 1; done
