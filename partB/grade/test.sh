#!/bin/sh
# Tests of the grader itself: its arguments, its exit status and its words. The
# mutants test what it finds, class-test.sh the form of its report. Run from the top of the repository.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0

ok() { echo "ok      $1"; }

failed() {
  echo "FAILED  $1: $2"
  failures=$((failures + 1))
}

wanted() {
  case " $TESTS " in *" $1 "* | '  ') return 0 ;; esac
  return 1
}

grade() {
  sh partB/grade/grade.sh "$@" >"$work/out" 2>"$work/err"
}

# refuses NAME ARGUMENT...: exit status 2, one line on standard error that says
# NAME, and no report.
refuses() {
  name=$1
  shift
  grade "$@"
  status=$?
  [ "$status" -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && [ ! -s "$work/out" ] && grep -q -e "$name" "$work/err"
}

test_arguments() {
  why=''
  mkdir -p "$work/directory.c"
  refuses --lazycopy --lazycopy || why='an option without its file'
  refuses "$work/x" "$work/x" || why='an argument that is not known'
  refuses no-such.c --lazycopy "$work/no-such.c" || why='a file that is not there'
  refuses Makefile --friends Makefile || why='a file of a kind that cannot be graded'
  refuses directory.c --lazycopy "$work/directory.c" || why='a directory'
  if [ -z "$why" ]; then ok grade-arguments; else failed grade-arguments "$why is not refused as it should"; fi
}

test_status() {
  printf 'int x = ;\n' >"$work/broken.c"
  grade --lazycopy "$work/broken.c" --friends "$work/broken.c"
  status=$?
  builds=$(grep -c '^FAIL *builds ' "$work/out")
  if [ "$status" -eq 1 ] && [ "$builds" -eq 2 ]; then ok grade-status; else
    failed grade-status "exit status $status, $builds lines on building"
  fi
}

# A crash at a first write: which chunk, where, and that the handler left it alone. (Here
# there is none: whatever writes to a lazy copy ends soon, which is cheap.)
test_words() {
  printf '#define _GNU_SOURCE\n#include <signal.h>\n#define sigaction(...) 0\n#include "%s/partB/handout/handout.c"\n' \
    "$PWD" >"$work/no handler.c"
  grade --required --lazycopy "$work/no handler.c"
  if grep -q '^FAIL *split.first-last .*wrote to offset 0 of the original of lazy copy 1: your handler did not recognise it' "$work/out"; then
    ok grade-words
  else
    failed grade-words "$(grep split.first-last "$work/out")"
  fi
}

for name in arguments status words; do
  wanted "grade-$name" && "test_$name"
done
[ "$failures" -eq 0 ]
