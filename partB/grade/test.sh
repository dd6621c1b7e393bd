#!/bin/sh
# test.sh, run from the top of the repository: the grader's arguments and words. The mutants
# test what it finds, points-test.sh its exit status, class-test.sh the form of its report.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2016
. partB/harness/shelltest.sh

# refuses NAME ARGUMENT...
refuses() {
  name=$1
  shift
  try 2 sh partB/grade/grade.sh "$@"
  one_line_about "$name"
  [ ! -s "$scratch/out" ] || fail "$name: there is a report"
}

grade_arguments() {
  mkdir "$scratch/directory.c"
  refuses --lazycopy --lazycopy
  refuses "$scratch/x" "$scratch/x"
  refuses no-such.c --lazycopy "$scratch/no-such.c"
  refuses Makefile --friends Makefile
  refuses directory.c --lazycopy "$scratch/directory.c"
  refuses no-directory --with "$scratch/no-directory"
}

# A crash at a first write: which chunk, where, and that the handler left it alone. (Here
# there is none: whatever writes to a lazy copy ends soon, which is cheap.)
grade_words() {
  printf '#define _GNU_SOURCE\n#include <signal.h>\n#define sigaction(...) 0\n#include "%s/partB/handout/handout.c"\n' \
    "$PWD" >"$scratch/no handler.c"
  try 1 sh partB/grade/grade.sh --required --with partB/handout --lazycopy "$scratch/no handler.c"
  grep -q '^FAIL *split.first-last .*wrote to offset 0 of the original of lazy copy 1: your handler did not recognise it' \
    "$scratch/out" || fail "$(cat "$scratch/out")"
}

# elsewhere MOUNT COMMAND...: where something else is mounted, with status 2 and a line.
elsewhere() {
  try 2 unshare -rm sh -c 'mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"' - "$@"
}

# Without /proc checks would hang, and without room sources seem not to compile.
grade_place() {
  unshare -rm true 2>/dev/null || skip 'nothing can be mounted here'
  mkdir "$scratch/full"
  elsewhere /proc sh partB/grade/grade.sh --lazycopy partB/handout/handout.c
  one_line_about '^grade: /proc is not mounted'
  elsewhere /proc sh partB/harness/tally.sh 'echo "ok      never"'
  one_line_about '^No tests: /proc is not mounted'
  elsewhere /proc partB/copytest --show
  one_line_about '^copytest: --show: /proc is not mounted'
  elsewhere "$scratch/full" env TMPDIR="$scratch/full" sh partB/grade/grade.sh --lazycopy partB/handout/handout.c
  one_line_about '^grade: there is no room'
  elsewhere "$scratch/full" env TMPDIR="$scratch/full" sh partB/harness/tally.sh 'echo "ok      never"'
  one_line_about '^No tests: there is no room'
  ! grep -q never "$scratch/out" || fail 'it goes on'
}

run_all grade_ arguments words place
