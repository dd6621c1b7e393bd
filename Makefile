# Builds both parts of the lab. `make help` lists what can be made.
#
# Each part brings its own rules in a *.mk file beside its sources; this file
# holds what they share: the settings, the pattern for compiling, and the
# targets that gather what the parts registered:
#   PRODUCTS  what plain `make` builds
#   CHECKS    commands that run tests (see partB/tests/runner.h for what they
#             print); one of several words stands between single quotes
#   TESTBINS  what must be built before CHECKS can run
#   CLEAN     files that `make clean` removes, besides the build/ directories

VERSION := 1.0.0

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

include $(sort $(wildcard partA/*.mk partB/*.mk partA/*/*.mk partB/*/*.mk))

.PHONY: all check check-all clean help
all: $(PRODUCTS)

check: all $(TESTBINS)
	@sh partB/tests/tally.sh $(CHECKS)

# Needs more tools, and goes on without those that are missing.
check-all:
	@sh partB/tests/tally.sh '$(MAKE) --no-print-directory check' '$(MAKE) --no-print-directory check-kit' 'sh .ci/matrix'

clean:
	rm -rf partA/build partB/build
	rm -f $(CLEAN)

help:
	@echo 'make                 build both libraries, the tester and copytest'
	@echo 'make check           run the tests that need only a C compiler and make'
	@echo 'make check TESTS=x   run the tests named x (several: TESTS="x y")'
	@echo 'make check-all       make check, and the same in many configurations'
	@echo 'make soak            threads and forks on lazy copies, for ten minutes (SECONDS=n)'
	@echo 'make bench           measure lazycopy beside what one would use instead'
	@echo 'make plot            draw what it measured (needs gnuplot)'
	@echo 'make kit DIR=path    write what students of the lab start from'
	@echo 'make grade           judge the libraries, or others: LAZYCOPY=file.c FRIENDS=file.so'
	@echo 'make install         install below PREFIX ($(PREFIX)); make uninstall removes it'
	@echo 'make clean           remove everything that was built'
