#!/bin/sh
# Tests of make install and make uninstall: which files there are, and a program that
# is built and run with them. (SC2086: CC may be several words; SC2016: .pc files have
# variables of their own.)
# shellcheck source=.ci/installed.sh disable=SC2317,SC2086,SC2016
. .ci/installed.sh

# Relative to its top, what is there besides directories.
files_in() { (cd "$1" && find . ! -type d | sort); }

version=$(awk '/define LAZYCOPY_VERSION_(MAJOR|MINOR|PATCH)/ { printf "%s%s", dot, $3; dot = "." }' partB/lazycopy.h)
installed="./bin/copytest
./bin/letsbefriends
./include/lazycopy.h
./lib/libetsbefriends.so
./lib/liblazycopy.a
./lib/liblazycopy.so
./lib/liblazycopy.so.1
./lib/liblazycopy.so.$version
./lib/libletsbefriends.so
./lib/pkgconfig/lazycopy.pc
./lib/pkgconfig/letsbefriends.pc
./share/man/man1/copytest.1
./share/man/man1/letsbefriends.1
./share/man/man3/lazycopy.3
./share/man/man7/libletsbefriends.7"

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
  [ "$(files_in "$there")" = "$installed" ] || fail "installed are: $(files_in "$there")"
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

# Whatever root's umask is, others can use what is installed.
install_umask() {
  umask 077
  try 0 "$make" -s install DESTDIR="$scratch/private" PREFIX=/p
  closed=$(find "$scratch/private/p" ! -type l ! -perm -444)
  [ -z "$closed" ] || fail "others cannot read $closed"
}

install_soname() {
  [ "$(readlink "$there/lib/liblazycopy.so")" = liblazycopy.so.1 ] || fail "wrong link liblazycopy.so"
  [ "$(readlink "$there/lib/liblazycopy.so.1")" = "liblazycopy.so.$version" ] || fail "wrong link liblazycopy.so.1"
  command -v readelf >/dev/null || skip "no readelf"
  readelf -d "$there/lib/liblazycopy.so" | grep -q 'soname: \[liblazycopy.so.1\]' || fail "no soname"
}

# with_pkg_config PACKAGE SOURCE PROGRAM [OPTION...]
with_pkg_config() {
  command -v pkg-config >/dev/null || skip "no pkg-config"
  package=$1 source=$2 program=$3
  shift 3
  flags=$(PKG_CONFIG_PATH=$there/lib/pkgconfig pkg-config --cflags --libs "$@" "$package") || fail "pkg-config failed"
  try 0 ${CC:-cc} -Wall -Werror -o "$program" "$source" $flags
}

install_lazycopy_pkg_config() {
  with_pkg_config lazycopy "$scratch/example.c" "$scratch/example"
  cd "$scratch" || exit 1
  LD_LIBRARY_PATH=$there/lib try 0 ./example
  grep -qx 'the table has b, the snapshot a' out || fail "it printed: $(cat out)"
}

install_lazycopy_static() {
  try 0 ${CC:-cc} -I"$there/include" -o "$scratch/example-static" "$scratch/example.c" \
    "$there/lib/liblazycopy.a" -pthread
  cd "$scratch" || exit 1
  try 0 ./example-static
}

install_letsbefriends_pkg_config() {
  with_pkg_config letsbefriends "$scratch/crash.c" "$scratch/crash-linked"
  LD_LIBRARY_PATH=$there/lib try 139 "$scratch/crash-linked"
  grep -q '^What happened: ' "$scratch/err" || fail "no report: $(cat "$scratch/err")"
}

install_preload_by_name() {
  LD_LIBRARY_PATH=$there/lib LD_PRELOAD=libletsbefriends.so try 139 "$scratch/crash"
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
  try 0 ${CC:-cc} -I"$there/include" -o "$scratch/version" "$scratch/version.c"
  try 0 "$scratch/version"
  read -r version number <"$scratch/out"
  [ "$(echo "$version" | awk -F. '{ print $1 * 10000 + $2 * 100 + $3 }')" = "$number" ] || fail "$version is not $number"
  [ -e "$there/lib/liblazycopy.so.$version" ] || fail "no liblazycopy.so.$version"
  for package in lazycopy letsbefriends; do
    grep -qx "Version: $version" "$there/lib/pkgconfig/$package.pc" || fail "another version in $package.pc"
  done
  grep -q "^- \*\*$version\*\*" README.md || fail "README.md tells no changes of $version"
}

install_uninstall() {
  try 0 "$make" -s uninstall PREFIX="$there"
  [ -z "$(files_in "$there")" ] || fail "left behind: $(files_in "$there")"
}

${CC:-cc} -o "$scratch/crash" "$scratch/crash.c" || exit 1
run_all install_ all_files destdir_and_directories umask soname lazycopy_pkg_config lazycopy_static \
  letsbefriends_pkg_config preload_by_name version uninstall
