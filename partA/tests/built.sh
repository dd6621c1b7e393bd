#!/bin/sh
# Places in programs that are built in a certain way: of several files, with names that are hard to read,
# by the linker. Run from the top directory.
# shellcheck source=partA/tests/check.sh
. partA/tests/check.sh

library=$PWD/partA/libletsbefriends.so
[ -z "$EMULATOR" ] || {
  echo "skipped built: runs programs of this system only"
  exit 0
}
command -v addr2line >/dev/null || {
  echo "skipped built: no addr2line"
  exit 0
}

# build ARGUMENT...: in the scratch directory
build() { (cd "$scratch" && ${CC:-cc} -w "$@") || skip 'no compiler'; }

# report PROGRAM: what the library says of it
report() { report=$(cd "$scratch" && LD_PRELOAD=$library "./$1" 2>&1) && status=0 || status=$?; }

# A library without -g is the program's own, but has no line: that of its caller is told.
test_library_without_lines() {
  echo 'int count(const char *text) { int n = 0; while (*text++) n++; return n; }' >"$scratch/count.c"
  printf 'int count(const char *);\nint main(void) {\n  return count((char *)8) + 1;\n}\n' >"$scratch/user.c"
  for level in -O0 -O2; do
    build $level -shared -fPIC -o libcount.so count.c
    build $level -g -o user user.c -L. -lcount -Wl,-rpath,"$scratch"
    report user
    contains "$report" '^Where: in count, called from main at user\.c:3  \(user\+0x'
  done
  # Elsewhere, the system's libraries are known by their names.
  mv "$scratch/libcount.so" "$scratch/libstdc++.so.6"
  build -g -o user user.c -L. -l:libstdc++.so.6 -Wl,-rpath,"$scratch"
  report user
  contains "$report" '^Where: in .*, called from main at user\.c:3  \(user\+0x'
}

# Recursion in headers, beyond all calls that a report shows.
test_recursion_in_headers() {
  mkdir -p "$scratch/sub/include/c++"
  cat >"$scratch/sub/include/c++/deep.h" <<'END'
static int first(int n);
static int second(int n) { volatile char a[50]; a[0] = 1; return n < 0 ? 0 : first(n + 1) + a[0]; }
static int first(int n) { volatile char a[70]; a[0] = 1; return n < 0 ? 0 : second(n + 1) + a[0]; }
END
  # The function makes this file the first that has code: addr2line 2.40 takes the first for it.
  printf '__attribute__((no_reorder)) void a(void) {}\n#include "sub/include/c++/deep.h"\nint main(void) {\n  return first(0) + 1;\n}\n' >"$scratch/deep.c"
  for level in -O0 -O2; do
    build $level -g -o deep deep.c
    report deep
    contains "$report" '^Where: in (first|second), called from main at deep\.c:4  \(deep\+0x'
    contains "$report" '^     4 \|   return first'
  done
}

# What has no caller in the program's own files is said to be in a header.
test_only_a_header() {
  mkdir -p "$scratch/sub/include/c++"
  echo 'int main(void) { *(int *volatile)8 = 1; }' >"$scratch/sub/include/c++/all.h"
  printf '__attribute__((no_reorder)) void a(void) {}\n#include "sub/include/c++/all.h"\n' >"$scratch/all.c"
  build -g -o all all.c
  report all
  contains "$report" '^Where: main at (\./)?sub/include/c\+\+/all\.h:1  \(all\+0x[0-9a-f]+\), in a header; which line of the program led'
  lacks "$report" '^ +1 \|'
}

# Where walking on beyond recursion ends in a fault, the line that was begun is begun anew, with what was found.
test_damaged_beyond_recursion() {
  mkdir -p "$scratch/sub/include/c++"
  echo 'static int deep(int n) { volatile char a[70]; a[0] = 1; return n < 0 ? 0 : deep(n + 1) + a[0]; }' >"$scratch/sub/include/c++/damaged.h"
  cat >"$scratch/damaged.c" <<'END'
__attribute__((no_reorder)) void a(void) {}
#include "sub/include/c++/damaged.h"
__attribute__((noinline)) static int damage(void) {
  *(void **)__builtin_frame_address(0) = (void *)16;
  return deep(0) + 1;
}
int main(void) {
  return damage() + 1;
}
END
  build -O0 -fno-omit-frame-pointer -g -o damaged damaged.c
  report damaged
  contains "$report" '^Where: in deep, called from damage at damaged\.c:5  '
}

test_link_time_optimization() {
  printf 'int main(void) {\n  *(int *volatile)8 = 1;\n}\n' >"$scratch/whole.c"
  build -O0 -g -flto -o whole whole.c
  report whole
  contains "$report" '^Where: main(  \(whole\+0x[0-9a-f]+\); line 2 of its file, whose name -flto has lost\.| at whole\.c:2 .*)$'
}

test_newline_in_name() {
  printf 'int main(void) {\n  *(int *volatile)8 = 1;\n}\n' >"$scratch/line.c"
  name='new
line'
  build -g -o "$name" line.c
  report "$name"
  contains "$report" '^Where: main at line\.c:2  \(new\?line\+0x'
}

# A write that claims to have written nothing, for ever, is given up.
test_nothing_is_written() {
  cp partA/tests/compiled/refused.c "$scratch/"
  build -g -o refused refused.c
  LD_PRELOAD=$library LETSBEFRIENDS_OPTIONS=timeout=1 timeout -k 1 20 "$scratch/refused" 0 2>"$scratch/said" && status=0 || status=$?
  [ "$status" -ne 77 ] || skip 'no seccomp here'
  equal 139 "$status"
  [ ! -s "$scratch/said" ]
}

run_tests nothing_is_written library_without_lines recursion_in_headers only_a_header damaged_beyond_recursion link_time_optimization newline_in_name
