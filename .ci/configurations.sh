# shellcheck shell=sh disable=SC2034
# The configurations of the hardening matrix, run by .ci/matrix in a private copy
# of the tree with "set -e". A configuration passes if its function returns 0; it
# may print "summary: WORDS" for the table. A missing tool means skipped.

# By worth: where time runs out, the last ones are left out.
CONFIGURATIONS="asan clang ubsan mutants full install recipes rules blank format shellcheck mandoc i386 musl tsan valgrind \
pages hosts coverage slow tidy cppcheck analyzer O0 lto lua aarch64 riscv64 kernels \
debian11 debian12 debian13"
SKIP=77

need() {
  for tool; do
    command -v "$tool" >/dev/null && continue
    echo "$tool is not installed"
    exit "$SKIP"
  done
}

# Can the compiler with these options make a program?
need_compiler() {
  need "$1"
  echo 'int main(void) { return 0; }' >.probe.c
  "$@" -o .probe .probe.c >/dev/null 2>&1 && return
  echo "$* makes no program"
  exit "$SKIP"
}

# The commands of the tests of lazycopy that run there (see partB/tests/list), by what
# WRAPPER says.
lazycopy_tests() {
  sh partB/tests/names.sh "$1" | while read -r name; do printf "'%s partB/build/tests/test_%s' " "$WRAPPER" "$name"; done
}

# Where everything would take too long: what runs the libraries' own code.
subset() {
  WRAPPER=''
  lazycopy_tests ''
  # shellcheck disable=SC2016 # make expands it
  echo '$(FRIENDS_TEST_PROGRAMS) "sh partB/tester/copytest-test.sh"'
}

# Where the programs of this system cannot load the library: what preloads it is
# left out.
# shellcheck disable=SC2016 # make expands it
WITHOUT_PRELOADING='$(LAZYCOPY_TEST_PROGRAMS) partA/build/tests/kinds'

# ---- Compilers, libraries and processors ----

# The sizes that make check is too thrifty for.
configuration_full() { SCALE=full make -s check; }

# In a directory with a blank in its name, at which make and the loader divide.
configuration_blank() {
  mkdir 'a b'
  for file in * .[!.]*; do [ "$file" = 'a b' ] || mv "$file" 'a b'; done
  cd 'a b' || return
  make -s check
}

# Debug information that valgrind, which a test runs, can read.
configuration_clang() {
  need clang
  make -s check CC=clang CPPFLAGS=-Werror CFLAGS='-O2 -g -gdwarf-4'
}

# musl brings no headers of the kernel.
configuration_musl() {
  need musl-gcc
  mkdir .kernel
  machine=$(gcc -print-multiarch)
  ln -s /usr/include/linux /usr/include/asm-generic "/usr/include/$machine/asm" .kernel/
  make -s check CC=musl-gcc CPPFLAGS="-Werror -isystem $PWD/.kernel" CHECKS="$WITHOUT_PRELOADING"
  partB/copytest --quiet --chunks 500
}

# Debian has <asm/...> in a directory that -m32 does not look into.
configuration_i386() {
  i386='gcc -m32 -idirafter /usr/include/x86_64-linux-gnu'
  # shellcheck disable=SC2086 # several words
  need_compiler $i386
  make -s check CC="$i386" CPPFLAGS=-Werror CHECKS="$WITHOUT_PRELOADING"
  partB/copytest --quiet --chunks 500
}

# Emulated: all copies are eager, and tests of sharing skip themselves. Not those
# that measure or limit the process, in which the emulator lives too.
configuration_aarch64() {
  need qemu-aarch64
  need_compiler aarch64-linux-gnu-gcc
  EMULATOR='qemu-aarch64 -L /usr/aarch64-linux-gnu'
  WRAPPER=$EMULATOR
  kinds='null_read null_write null_struct null_call jump_to_data write_constant bus_file past_heap'
  STEPS=10000 make -s check CC=aarch64-linux-gnu-gcc CPPFLAGS=-Werror EMULATOR="$EMULATOR" \
    CHECKS="$(lazycopy_tests qemu) 'TESTS=\"$kinds\" $EMULATOR partA/build/tests/kinds'"
  $EMULATOR partB/copytest --quiet --chunks 100
}

configuration_riscv64() {
  need_compiler riscv64-linux-gnu-gcc
  make -s CC=riscv64-linux-gnu-gcc CPPFLAGS=-Werror
}

# As on a machine whose kernel takes 200 us more for each call that maps memory.
configuration_slow() {
  make -s partB/build/grade/grade
  gcc -D_GNU_SOURCE -O2 -fPIC -shared -o slowcalls.so .ci/slowcalls.c
  # shellcheck disable=SC2016 # make expands it
  make -s check CHECKS='$(patsubst %,"LD_PRELOAD=$(CURDIR)/slowcalls.so %",$(filter-out %_harness,$(LAZYCOPY_TEST_PROGRAMS)))'
  LD_PRELOAD=$PWD/slowcalls.so make -s grade LAZYCOPY=partB/handout/handout.c >graded || true
  cat graded
  grep -q '^# Points: ' graded || { echo 'the grader did not come to its end'; return 1; }
  ! grep '^FAIL' graded
}

# The smallest of them.
configuration_kernels() {
  need qemu-system-x86_64 cpio
  sh .ci/kernels/run 6.1
}

configuration_O0() { make check CFLAGS='-O0 -g' CPPFLAGS=-Werror CHECKS="$(subset)"; }

configuration_lto() { make check CFLAGS='-O2 -g -flto=1' CPPFLAGS=-Werror CHECKS="$(subset)"; }

# ---- Sanitizers and valgrind ----

# lazycopy with both. AddressSanitizer and letsbefriends both want the SIGSEGV, so
# that partA's tests are run with UndefinedBehaviorSanitizer only.
configuration_asan() {
  WRAPPER=''
  ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    make -s check CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined' \
    CHECKS="$(lazycopy_tests asan) partA/build/tests/tables"
}

configuration_ubsan() {
  make -s check CFLAGS='-O1 -g -fsanitize=undefined -fno-sanitize-recover=undefined' \
    CHECKS="$(subset)"
}

# Without address randomization, which older ThreadSanitizers do not survive.
configuration_tsan() {
  need setarch
  WRAPPER='setarch -R'
  TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/.ci/tsan.supp" STEPS=300 make -s check CFLAGS='-O1 -g -fsanitize=thread' \
    CHECKS="$(lazycopy_tests tsan)"
}

# Here too all copies are eager.
configuration_valgrind() {
  need valgrind
  WRAPPER='valgrind -q --suppressions=.ci/valgrind.supp --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,possible'
  make -s check CHECKS="$(lazycopy_tests valgrind)"
}

# shellcheck source=.ci/analysis.sh
. .ci/analysis.sh

# ---- Programs that nobody wrote for the libraries ----

# The heap of a Lua interpreter in chunks, taken back again and again.
configuration_lua() {
  need pkg-config
  pkg-config --exists lua5.4 || { echo "liblua5.4-dev is not installed"; exit "$SKIP"; }
  make -s partB/liblazycopy.a
  # shellcheck disable=SC2046 # several words
  cc -O2 -g -std=gnu11 -Wall -Wextra -Werror -IpartB $(pkg-config --cflags lua5.4) -o lua .ci/lua.c partB/liblazycopy.a \
    $(pkg-config --libs lua5.4) -pthread
  ./lua >lua.out
  cat lua.out
  echo "summary: $(cat lua.out)"
}

# ---- Releases of Debian ----

# debian SUITE: with what a release has, and nothing besides compiler and make, as a user who is
# not root. It lies in the copy of the tree, and goes with it.
debian() {
  need debootstrap unshare
  [ "$(id -u)" -eq 0 ] || { echo 'debootstrap needs root'; exit "$SKIP"; }
  mkdir .debian
  debootstrap --variant=minbase --include=gcc,make,libc6-dev "$1" .debian >debootstrap.log 2>&1 ||
    { cat debootstrap.log; echo "Debian's $1 cannot be had"; return 1; }
  mkdir .debian/home/student
  find . -mindepth 1 -maxdepth 1 ! -name .debian -exec cp -R -t .debian/home/student {} +
  chown -R 65534:65534 .debian/home/student
  # shellcheck disable=SC2016 # for the shell that sees the mounts
  unshare --mount --pid --fork --kill-child sh -c 'mount -t proc proc .debian/proc && mount --rbind /dev .debian/dev &&
    exec chroot --userspec=65534:65534 .debian sh -c "
      export HOME=/home/student TMPDIR=/tmp && cd && gcc --version | head -n 1 && make -s && make -s check"'
}

configuration_debian11() { debian bullseye; }
configuration_debian12() { debian bookworm; }
configuration_debian13() { debian trixie; }

# ---- Proofs about the tests, and about what is built ----

configuration_mutants() { make check-mutants; }

# Code that nobody trusts, as teaching.md says; with what services do meanwhile.
configuration_recipes() {
  make -s all partB/build/harness/within partB/build/grade/grade partB/build/grade/marks partB/build/grade/requirements \
    partA/build/grade/victim partA/build/grade/clock.so
  sh partB/harness/tally.sh 'sh partB/grade/recipes-test.sh'
}

# Programs that nobody here wrote, with letsbefriends and without.
configuration_hosts() {
  make -s all partB/build/harness/within
  sh partB/harness/tally.sh 'sh partA/tests/hosts.sh'
}

# Lines of a library's file that no test has run, and how many there are to run.
coverage_of() {
  gcov -t -o "$(dirname "$1")/build" "$1" 2>/dev/null | awk -F: -v file="$1" '
    $2 == 0 { next }
    $1 ~ /#####|=====/ { missed++; lines = lines sprintf("    %s:%d:%s\n", file, $2, substr($0, index($0, $3))) }
    $1 !~ /-/ { all++ }
    END { printf "%d %d %s\n%s", all - missed, all, file, lines }'
}

# Every line of both libraries that was not run is printed. What cannot be run is
# what asks for another kernel or processor, and what a process does on its way to
# being killed.
configuration_coverage() {
  need gcov
  gcc -D_GNU_SOURCE -O -fPIC -fvisibility=hidden -c -o coverage.o .ci/coverage.c
  make -s -k check CFLAGS='-O0 -g --coverage -fprofile-update=atomic -fno-builtin-fork' \
    LDFLAGS="-Wl,--wrap=_exit,--wrap=raise,--wrap=signal $PWD/coverage.o" || true
  for file in partA/*.c partB/*.c; do
    [ "$file" != partA/musl.c ] || continue # which has code with musl only
    coverage_of "$file"
  done >coverage.txt
  cat coverage.txt
  awk '/^[0-9]/ { run += $1; all += $2 }
    /^[0-9]/ && !$2 { unknown = unknown " " $3 }
    END {
      if (all) printf "summary: %.1f%% of %d lines run", 100 * run / all, all
      print unknown ? "; nothing is known of" unknown : ""
      exit unknown || run < 0.95 * all
    }' coverage.txt
}

# As another user would have it.
configuration_install() {
  make -s partB/build/harness/within
  sh partB/harness/tally.sh 'sh .ci/install-test.sh' 'sh .ci/install-use-test.sh'
}

configuration_rules() { make -s partB/build/harness/within && sh .ci/rules-test.sh; }

# A browser opens the page of what is shown, and walks it.
configuration_pages() {
  need chromium
  make -s partB/copytest partB/build/harness/within
  sh .ci/page-test.sh
}
