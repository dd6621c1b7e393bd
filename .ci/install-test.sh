#!/bin/sh
# Tests of make install and make uninstall: a program is built and run with what
# was installed in a scratch directory. Run from the top of the tree; CC and the
# other settings of make count here too. (SC2086: CC may be several words.)
# shellcheck source=partB/bench/shelltest.sh disable=SC2317,SC2086
. partB/bench/shelltest.sh
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
    grep -qx 'libdir=/opt/x/l64' "$scratch/stage/opt/x/l64/pkgconfig/lazycopy.pc" || fail "wrong libdir"
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
    exported=$(cd "$prefix/lib" && nm -g --defined-only $library | awk 'NF == 3 { print $3 }' | sort)
    [ "$exported" = "$declared" ] || fail "exported are: $exported"
  done
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

install_cplusplus() {
  command -v c++ >/dev/null || skip "no c++"
  printf '#include <lazycopy.h>\nint main() { return chunk_free(chunk_alloc()); }\n' >"$scratch/program.cc"
  try 0 c++ -Wall -Wextra -Wpedantic -Werror -I"$prefix/include" -o "$scratch/program" "$scratch/program.cc" \
    "$prefix/lib/liblazycopy.a" -pthread
  try 0 "$scratch/program"
}

install_uninstall() {
  try 0 "$make" -s uninstall PREFIX="$prefix"
  [ -z "$(files_in "$prefix")" ] || fail "left behind: $(files_in "$prefix")"
}

"$make" -s install PREFIX="$prefix" >"$scratch/log" 2>&1 || { echo "FAILED  install: $(cat "$scratch/log")"; exit 1; }
${CC:-cc} -o "$scratch/crash" "$scratch/crash.c" || exit 1
for name in all_files destdir_and_directories soname exports lazycopy_pkg_config lazycopy_static \
  letsbefriends_pkg_config wrapper preload_by_name cplusplus uninstall; do
  run_test "install_$name"
done
exit "$failures"
