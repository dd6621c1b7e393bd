# Builds both parts of the lab. `make help` lists what can be made.
#
# Each part brings its own rules in a *.mk file beside its sources; this file
# holds what they share: the settings, the pattern for compiling, and the
# targets that gather what the parts registered:
#   PRODUCTS  what plain `make` builds
#   CHECKS    commands that run tests (see partB/harness/runner.h for what they
#             print); one of several words stands between single quotes
#   TESTBINS  what must be built before CHECKS can run
#   CLEAN     files that `make clean` removes, besides the build/ directories

# Of both parts; it lives in the header.
VERSION := $(shell awk '/define LAZYCOPY_VERSION_(MAJOR|MINOR|PATCH)/ { printf "%s%s", dot, $$3; dot = "." }' partB/lazycopy.h)

CC ?= cc
CFLAGS ?= -O3 -g
WARNINGS := -Wall -Wextra -Wshadow -Wpedantic
COMPILE = $(CC) -std=gnu11 $(WARNINGS) -D_GNU_SOURCE $(CPPFLAGS) $(CFLAGS) -MMD -MP

PRODUCTS :=
CHECKS :=
TESTBINS :=
CLEAN :=

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# These two come first, because make expands what a rule needs when it reads the rule.
FIRST_RULES := partB/measure/measure.mk partB/harness/harness.mk
include $(FIRST_RULES) $(filter-out $(FIRST_RULES),$(sort $(wildcard partA/*.mk partB/*.mk partA/*/*.mk partB/*/*.mk)))

.PHONY: all check check-all check-kernels clean help

# What is built knows where it was built, such as where the sources are that its crashes show.
PLACE := partB/build/place
PRODUCTS += $(PLACE)
all: $(PRODUCTS)
$(PLACE):
	@mkdir -p $(@D)
	@pwd -P >$@

check: all $(TESTBINS)
	@[ "$$(cat $(PLACE))" = "$$(pwd -P)" ] || { echo "This was built in $$(cat $(PLACE)), and knows that: make clean" >&2; exit 2; }
	@sh partB/harness/tally.sh $(CHECKS)

# Needs more tools, and goes on without those that are missing.
check-all:
	@sh partB/harness/tally.sh '$(MAKE) --no-print-directory check' '$(MAKE) --no-print-directory check-kit' 'sh .ci/matrix'

# Boots other kernels in qemu; needs that, cpio, and Debian's packages of kernels.
check-kernels:
	@sh partB/harness/tally.sh 'sh .ci/kernels/run'

clean:
	rm -rf partA/build partB/build
	rm -f $(CLEAN)

help:
	@echo 'Build'
	@echo '  make                 both libraries, the tester and copytest'
	@echo '  make examples        the programs in partB/examples, and what goes wrong with a plain answer'
	@echo '  make install         below PREFIX ($(PREFIX)); make uninstall removes it'
	@echo '  make clean           removes everything that was built'
	@echo 'Test'
	@echo '  make check           the tests that need only a C compiler and make'
	@echo '  make check TESTS=x   the tests named x (several: TESTS="x y")'
	@echo '  make check SCALE=full   with larger sizes, and programs that are large; SLOW=n multiplies all limits'
	@echo '  make check-kit       what students start from: builds, and judges as it says'
	@echo '  make check-mutants   grades wrong answers of the lab, which must fail what they should'
	@echo '  make check-all       make check, check-kit, and the same in many configurations'
	@echo '  make check-kernels   the tests inside other kernels, booted in qemu'
	@echo '  make soak            threads and forks on lazy copies, for ten minutes (SECONDS=n)'
	@echo 'Measure'
	@echo '  make bench           lazycopy beside what one would use instead: minutes (BENCHFLAGS=--quick: seconds)'
	@echo '  make plot            draws what it measured (needs gnuplot)'
	@echo 'Teach'
	@echo '  make kit DIR=path    writes what students of the lab start from'
	@echo '  make show            draws what a lazycopy does, step by step: LAZYCOPY=file.c HTML=page.html'
	@echo '                       STEPS="a = alloc; b = lazy a; write b"'
	@echo '  make grade           judges the libraries, or answers: LAZYCOPY=file.c FRIENDS=file.c, or SUBMISSION=directory;'
	@echo '                       also REQUIRED=1 POINTS=file JSON=file JUNIT=file'
	@echo '  make grade-class DIR=path OUT=grades.csv   judges what a class has handed in, JOBS=n at a time'
	@echo '  make autograder DIR=path   writes what is uploaded to Gradescope'

# ---- make install, make uninstall ----
#
# PREFIX, bindir, libdir, includedir and mandir say where to; DESTDIR, if set, goes
# before all of them.

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
INSTALL_PAGES = partA/letsbefriends.1 partA/libletsbefriends.7 partB/lazycopy.3 partB/tester/copytest.1
INSTALL_PC = partA/letsbefriends.pc partB/lazycopy.pc
INSTALL_LINKS = libetsbefriends.so $(LAZYCOPY_SONAME) liblazycopy.so

# Where each file goes; section 1 of the manual in man1, and so on.
INSTALLED = \
  $(addprefix $(bindir)/,$(notdir $(INSTALL_PROGRAMS))) \
  $(addprefix $(libdir)/,$(notdir $(INSTALL_LIBRARIES) $(INSTALL_ARCHIVES)) $(INSTALL_LINKS)) \
  $(addprefix $(includedir)/,$(notdir $(INSTALL_HEADERS))) \
  $(foreach page,$(INSTALL_PAGES),$(mandir)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
  $(addprefix $(libdir)/pkgconfig/,$(notdir $(INSTALL_PC)))

# As .pc files want it, so that pkg-config --define-prefix can move it.
in_prefix = $(patsubst $(PREFIX)/%,$${prefix}/%,$1)

.PHONY: install uninstall
install: all
	for directory in $(sort $(dir $(INSTALLED))); do $(INSTALL) -d "$(DESTDIR)$$directory" || exit 1; done
	$(INSTALL) -m 755 $(INSTALL_PROGRAMS) "$(DESTDIR)$(bindir)"
	$(INSTALL) -m 755 $(INSTALL_LIBRARIES) "$(DESTDIR)$(libdir)"
	$(INSTALL) -m 644 $(INSTALL_ARCHIVES) "$(DESTDIR)$(libdir)"
	$(INSTALL) -m 644 $(INSTALL_HEADERS) "$(DESTDIR)$(includedir)"
	for page in $(INSTALL_PAGES); do $(INSTALL) -m 644 $$page "$(DESTDIR)$(mandir)/man$${page##*.}" || exit 1; done
	for file in $(INSTALL_PC); do \
	  $(INSTALL) -m 644 /dev/null "$(DESTDIR)$(libdir)/pkgconfig/$${file##*/}" || exit 1; \
	  sed -e 's|@prefix@|$(PREFIX)|; s|@libdir@|$(call in_prefix,$(libdir))|' \
	    -e 's|@includedir@|$(call in_prefix,$(includedir))|; s|@version@|$(VERSION)|' $$file.in \
	    >"$(DESTDIR)$(libdir)/pkgconfig/$${file##*/}" || exit 1; \
	done
	ln -sf libletsbefriends.so "$(DESTDIR)$(libdir)/libetsbefriends.so"
	ln -sf $(LAZYCOPY_REALNAME) "$(DESTDIR)$(libdir)/$(LAZYCOPY_SONAME)"
	ln -sf $(LAZYCOPY_SONAME) "$(DESTDIR)$(libdir)/liblazycopy.so"

uninstall:
	for file in $(INSTALLED); do rm -f "$(DESTDIR)$$file" || exit 1; done
