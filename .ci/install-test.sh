#!/bin/sh
# Tests of make install and make uninstall: a program is built and run with what
# was installed in a scratch directory. Run from the top of the tree; CC and the
# other settings of make count here too. (SC2086: CC may be several words;
# SC2016: .pc files have variables of their own.)
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2086,SC2016
. partB/harness/shelltest.sh
prefix=$scratch/usr
make=${MAKE:-make}

# Relative to its top, what is there besides directories.
files_in() { (cd "$1" && find . ! -type d | sort); }

installed='./bin/copytest
./bin/letsbefriends
./include/lazycopy.h
./lib/libetsbefriends.so
./lib/liblazycopy.a
./lib/liblazycopy.so
./lib/liblazycopy.so.1
./lib/liblazycopy.so.1.0.0
./lib/libletsbefriends.so
./lib/pkgconfig/lazycopy.pc
./lib/pkgconfig/letsbefriends.pc
./share/man/man1/copytest.1
./share/man/man1/letsbefriends.1
./share/man/man3/lazycopy.3
./share/man/man7/libletsbefriends.7'

# The program in the manual page, as printed.
cat >"$scratch/example.awk" <<'E2'
/^\.Sh EXAMPLES/ { wanted = 1 }
/^\.Ed/ { if (program) exit }
program { gsub(/\\e/, "\\"); print }
wanted && /^\.Bd/ { program = 1 }
E2
awk -f "$scratch/example.awk" partB/lazycopy.3 >"$scratch/example.c"
echo 'int main(void) { return *(volatile int *)16; }' >"$scratch/crash.c"

install_all_files() {
  [ "$(files_in "$prefix")" = "$installed" ] || fail "installed are: $(files_in "$prefix")"
}

install_destdir_and_directories() {
  for target in install uninstall; do
    try 0 "$make" -s "$target" DESTDIR="$scratch/stage" PREFIX=/opt/x bindir=/opt/x/b libdir=/opt/x/l64 \
      includedir=/opt/x/i mandir=/opt/x/m
    [ $target = uninstall ] && break
    for file in b/letsbefriends l64/liblazycopy.so l64/pkgconfig/lazycopy.pc i/lazycopy.h m/man3/lazycopy.3; do
      [ -e "$scratch/stage/opt/x/$file" ] || fail "$file is not there"
    done
    ! grep -r "$scratch" "$scratch/stage/opt/x/l64/pkgconfig" || fail "DESTDIR is in a .pc file"
    for line in 'prefix=/opt/x' 'libdir=${prefix}/l64' 'includedir=${prefix}/i'; do
      grep -qxF "$line" "$scratch/stage/opt/x/l64/pkgconfig/lazycopy.pc" || fail "no $line in lazycopy.pc"
    done
  done
  [ -z "$(files_in "$scratch/stage")" ] || fail "left behind: $(files_in "$scratch/stage")"
}

install_soname() {
  [ "$(readlink "$prefix/lib/liblazycopy.so")" = liblazycopy.so.1 ] || fail "wrong link liblazycopy.so"
  [ "$(readlink "$prefix/lib/liblazycopy.so.1")" = liblazycopy.so.1.0.0 ] || fail "wrong link liblazycopy.so.1"
  command -v readelf >/dev/null || skip "no readelf"
  readelf -d "$prefix/lib/liblazycopy.so" | grep -q 'soname: \[liblazycopy.so.1\]' || fail "no soname"
}

# Exactly the functions of the header, from both libraries.
install_exports() {
  command -v nm >/dev/null || skip "no nm"
  declared=$(grep -o '\<chunks\{0,1\}_[a-z_]*(' partB/lazycopy.h | tr -d '(' | sort -u)
  for library in '-D liblazycopy.so' liblazycopy.a; do
    exported=$(cd "$prefix/lib" && nm -g --defined-only $library | awk '$2 == "T" { print $3 }' | sed 's/@.*//' | sort)
    [ "$exported" = "$declared" ] || fail "exported are: $exported"
  done
  ! nm -D --defined-only "$prefix/lib/liblazycopy.so" | grep -v '@@LAZYCOPY_1$' | grep -v ' A LAZYCOPY_1$' ||
    fail "a function without a version"
}

# with_pkg_config PACKAGE SOURCE PROGRAM [OPTION...]
with_pkg_config() {
  command -v pkg-config >/dev/null || skip "no pkg-config"
  package=$1 source=$2 program=$3
  shift 3
  flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs "$@" "$package") || fail "pkg-config failed"
  try 0 ${CC:-cc} -Wall -Werror -o "$program" "$source" $flags
}

install_lazycopy_pkg_config() {
  with_pkg_config lazycopy "$scratch/example.c" "$scratch/example"
  cd "$scratch" || exit 1
  LD_LIBRARY_PATH=$prefix/lib try 0 ./example
  grep -qx 'the table has b, the snapshot a' out || fail "it printed: $(cat out)"
}

install_lazycopy_static() {
  try 0 ${CC:-cc} -I"$prefix/include" -o "$scratch/example-static" "$scratch/example.c" \
    "$prefix/lib/liblazycopy.a" -pthread
  cd "$scratch" || exit 1
  try 0 ./example-static
}

install_letsbefriends_pkg_config() {
  with_pkg_config letsbefriends "$scratch/crash.c" "$scratch/crash-linked"
  LD_LIBRARY_PATH=$prefix/lib try 139 "$scratch/crash-linked"
  grep -q '^What happened: ' "$scratch/err" || fail "no report: $(cat "$scratch/err")"
}

# From anywhere, and also by a link to the wrapper.
install_wrapper() {
  ln -s "$prefix/bin/letsbefriends" "$scratch/friends"
  cd "$scratch" || exit 1
  for wrapper in "$prefix/bin/letsbefriends" ./friends; do
    try 139 "$wrapper" ./crash
    grep -q '^What happened: ' err || fail "no report: $(cat err)"
  done
}

install_preload_by_name() {
  LD_LIBRARY_PATH=$prefix/lib LD_PRELOAD=libletsbefriends.so try 139 "$scratch/crash"
  grep -q '^What happened: ' "$scratch/err" || fail "no report: $(cat "$scratch/err")"
}

# The version in the header, in the .pc files and in the name of the library.
install_version() {
  cat >"$scratch/version.c" <<'E2'
#include <lazycopy.h>
#include <stdio.h>
#if LAZYCOPY_VERSION < 10000 || LAZYCOPY_VERSION >= 20000
#error the soname says 1
#endif
int main(void) {
  printf("%s %d\n", LAZYCOPY_VERSION_STRING, LAZYCOPY_VERSION);
}
E2
  try 0 ${CC:-cc} -I"$prefix/include" -o "$scratch/version" "$scratch/version.c"
  try 0 "$scratch/version"
  read -r version number <"$scratch/out"
  [ "$(echo "$version" | awk -F. '{ print $1 * 10000 + $2 * 100 + $3 }')" = "$number" ] || fail "$version is not $number"
  [ -e "$prefix/lib/liblazycopy.so.$version" ] || fail "no liblazycopy.so.$version"
  for package in lazycopy letsbefriends; do
    grep -qx "Version: $version" "$prefix/lib/pkgconfig/$package.pc" || fail "another version in $package.pc"
  done
  grep -q "^- \*\*$version\*\*" README.md || fail "README.md tells no changes of $version"
}

# The strictest warnings there are, in every mode that the compiler knows, about the
# system's headers too if they stand that by themselves.
strictest='-Wall -Wextra -Wpedantic -Wconversion -Wstrict-prototypes -Wundef -Werror'
in_mode() {
  echo '#include <stddef.h>' | $1 -std="$2" -fsyntax-only "-x$3" - 2>/dev/null || return 0
  warnings=$strictest
  [ "$3" = c ] || warnings=$(echo "$strictest" | sed 's/-Wstrict-prototypes//')
  printf '#include <signal.h>\n#include <stddef.h>\n' |
    $1 -std="$2" $warnings -Wsystem-headers -fsyntax-only "-x$3" - 2>/dev/null && warnings="$warnings -Wsystem-headers"
  try 0 $1 -std="$2" $warnings -isystem "$prefix/include" -o "$scratch/strict" "-x$3" "$scratch/strict.c" -xnone \
    "$prefix/lib/liblazycopy.a" -pthread
  try 0 "$scratch/strict"
  echo "$1 $2" >>"$scratch/modes"
}

install_strict_modes() {
  cat >"$scratch/strict.c" <<'E2'
#include <lazycopy.h>

int main(void) {
  char *chunk = (char *)chunk_alloc();
  char *copy = (char *)chunk_copy_lazy(chunk);
  copy[0] = 'x';
  return chunk[0] || chunk_free(chunk) || chunk_free(copy);
}
E2
  for compiler in ${CC:-cc} gcc clang; do
    command -v "$compiler" >/dev/null || continue
    for mode in c99 c11 c17 c18 c2x c23 gnu99 gnu11 gnu17 gnu2x; do in_mode "$compiler" "$mode" c || exit 1; done
  done
  for compiler in g++ clang++; do
    command -v "$compiler" >/dev/null || continue
    for mode in c++11 c++14 c++17 c++20 c++23 gnu++17; do in_mode "$compiler" "$mode" c++ || exit 1; done
  done
  [ "$(wc -l <"$scratch/modes")" -ge 6 ] || fail "tried were only: $(cat "$scratch/modes")"
}

# chunk_handle_fault is there for whoever has siginfo_t.
install_strict_handler() {
  cat >"$scratch/handler.c" <<'E2'
#include <lazycopy.h>
static void handler(int signal, siginfo_t *info, void *context) {
  (void)signal;
  if (!chunk_handle_fault(info, context)) signal++;
}
int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  return sigaction(SIGSEGV, &action, 0);
}
E2
  for source in 199309L 200809L; do
    try 0 ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=$source $strictest -I"$prefix/include" -o "$scratch/handler" \
      "$scratch/handler.c" "$prefix/lib/liblazycopy.a" -pthread
  done
}

# ---- As other build systems find it: the README's lines, in a project around them ----

project() {
  command -v "$1" >/dev/null || skip "no $1"
  command -v pkg-config >/dev/null || skip "no pkg-config"
  mkdir "$scratch/$1"
  cp "$scratch/strict.c" "$scratch/$1/snapshot.c"
  awk -v begin="\`\`\`$1" '$0 == "\`\`\`" { inside = 0 } inside { print } $0 == begin { inside = 1 }' README.md >"$scratch/lines"
  [ -s "$scratch/lines" ] || fail "README.md does not say how"
  cd "$scratch/$1" || exit 1
  export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
}

install_cmake() {
  project cmake
  {
    printf 'cmake_minimum_required(VERSION 3.6)\nproject(snapshot C)\n'
    printf 'set(CMAKE_C_STANDARD 11)\nset(CMAKE_C_EXTENSIONS OFF)\nadd_executable(snapshot snapshot.c)\n'
    cat ../lines
  } >CMakeLists.txt
  try 0 cmake .
  try 0 cmake --build .
  try 0 ./snapshot
}

install_meson() {
  project meson
  command -v ninja >/dev/null || skip "no ninja"
  { echo "project('snapshot', 'c', default_options: ['c_std=c11', 'warning_level=3', 'werror=true'])"; cat ../lines; } >meson.build
  try 0 meson setup built
  try 0 meson compile -C built
  try 0 built/snapshot
}

install_make() {
  project make
  cp ../lines Makefile
  try 0 "$make" -s CFLAGS=-std=c11 snapshot
  try 0 ./snapshot
}

install_uninstall() {
  try 0 "$make" -s uninstall PREFIX="$prefix"
  [ -z "$(files_in "$prefix")" ] || fail "left behind: $(files_in "$prefix")"
}

"$make" -s install PREFIX="$prefix" >"$scratch/log" 2>&1 || { echo "FAILED  install: $(cat "$scratch/log")"; exit 1; }
${CC:-cc} -o "$scratch/crash" "$scratch/crash.c" || exit 1
for name in all_files destdir_and_directories soname exports lazycopy_pkg_config lazycopy_static \
  letsbefriends_pkg_config wrapper preload_by_name version strict_modes strict_handler cmake meson make uninstall; do
  run_test "install_$name"
done
exit "$failures"
