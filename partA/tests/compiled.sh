#!/bin/sh
# Each program in partA/tests/compiled, made with and without optimization by the first
# compiler that is there; by all that are there with SCALE=full. Comments at its top tell the report: What and Where are extended
# regular expressions, and the place is in the line that has "here" in it, if one has.
# Run from the top directory.
. partA/tests/check.sh

library=$PWD/partA/libletsbefriends.so
[ -z "$EMULATOR" ] || {
  echo "skipped compiled: runs programs of this system only"
  exit 0
}

# field NAME FILE
field() {
  sed -n "s|^// $1: *||p" "$2"
}

has() {
  case $1 in
    '') ;;
    x86_64) [ "$(uname -m)" = x86_64 ] ;;
    glibc) grep -q 'libc\.so\.6' "$library" ;;
    kernel_headers) echo '#include <linux/seccomp.h>' | ${CC:-cc} -E - >/dev/null 2>&1 ;;
  esac
}

# report FILE COMPILER...: compiles, runs, and compares
report() {
  file=$1
  shift
  name=$(basename "${file%.*}")
  # shellcheck disable=SC2046 # several words, or none
  "$@" -w -g $(field Flags "$file") -o "$scratch/$name" "$file" || skip "$* makes no program of $file"
  LETSBEFRIENDS_OPTIONS=signals=all LD_PRELOAD=$library "$scratch/$name" >/dev/null 2>"$scratch/report" </dev/null &&
    status=0 || status=$?
  echo "$* $file:"
  report=$(cat "$scratch/report")
  expected=$(field Status "$file")
  equal "${expected:-139}" "$status"
  grep -qxF -f partA/messages "$scratch/report"
  what=$(field What "$file")
  [ -z "$what" ] || contains "$report" "^What happened: .*$what"
  lacks "$report" 'artificial|_start'
  where=$(field Where "$file")
  [ -n "$where" ] && command -v addr2line >/dev/null || return 0
  line=$(awk '/\/\/ here/ { print NR }' "$file")
  contains "$report" "^Where: ${where}$(basename "$file"):${line:-[0-9]+}  \\($name\\+0x[0-9a-f]+\\)\$"
  contains "$report" "^ *${line:-[0-9]+} \\| "
}

names=
for path in partA/tests/compiled/*.c*; do
  name=compiled_$(basename "$path" | tr . _)
  names="$names $name"
  eval "test_$name() { all_compilers $path; }"
done

all_compilers() {
  has "$(field Needs "$1")" || skip "needs $(field Needs "$1")"
  case $1 in
    *.c) compilers="${CC:-cc} clang" ;;
    *) compilers='g++ clang++' ;;
  esac
  tried=
  for compiler in $compilers; do
    command -v "$compiler" >/dev/null || continue
    for level in -O0 -O2; do report "$1" "$compiler" $level; done
    tried=$compiler
    [ "$SCALE" = full ] || break
  done
  [ -n "$tried" ] || skip "no compiler for $1"
}

# shellcheck disable=SC2086 # several names
run_tests $names
