#!/bin/sh
# kit-test.sh [--long]
#
# Tests of the kit (`make kit`), run from the top of the repository: what it refuses;
# that it holds no solution; that its pages are right. --long: that it builds with
# either compiler, fails the checks that it should, and passes with the plain answers.
# KIT_ANSWERS names these: of part A, of part B.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2015,SC2016
. partB/harness/shelltest.sh
tests='refuses holds_no_solution pages names_the_checks'
[ "$1" != --long ] || tests='builds is_solved_by_the_answers'
# shellcheck disable=SC2086 # two words
set -- $KIT_ANSWERS
friends_answer=$1 lazycopy_answer=$2
kit=$scratch/kit
cc=${CC:-cc}
unset MAKEFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS # the kit's own are tested

write_kit() { sh partB/kit/kit.sh "$1" >"$scratch/out" 2>"$scratch/err"; }

# make_in DIRECTORY ARGUMENT...: the output is in $scratch/out.
make_in() { make -s -C "$@" >"$scratch/out" 2>&1; }

# refuses DIRECTORY WORDS: with status 2 and a line that says so, and nothing is written.
refuses() {
  before=$(find "$scratch/places" | sort)
  write_kit "$1"
  [ $? -eq 2 ] || fail "'$1' is not refused: $(cat "$scratch/err")"
  one_line_about "$2"
  [ "$(find "$scratch/places" | sort)" = "$before" ] || fail "'$1': something was written"
}

kit_refuses() {
  mkdir -p "$scratch/places/full"
  : >"$scratch/places/full/.hidden"
  : >"$scratch/places/file"
  refuses '' DIR=
  refuses "$scratch/places/full" 'full is not empty'
  refuses "$scratch/places/file" 'file is no directory'
  refuses "$scratch/places/file/below" 'file/below cannot be made'
  mkdir "$scratch/places/with blanks"
  write_kit "$scratch/places/with blanks" || fail "an empty directory is refused: $(cat "$scratch/err")"
  diff -r "$kit" "$scratch/places/with blanks" || fail 'it is not the same everywhere'
}

# functions FILE...: what C files define or declare, the lab's own functions left out.
functions() {
  sed -n 's/^[A-Za-z][A-Za-z_ *]*[ *]\([a-z_]*\)(.*/\1/p' "$@" | grep -vxE 'main|pthread_create|chunk_(startup|alloc|copy_eager|copy_lazy|free)' | sort -u
}

# The kit calls and defines no function of the plain answers, and none of the libraries
# (single words, such as "next", mean nothing there). A check may have one of its own
# that happens to be named like a library's.
kit_holds_no_solution() {
  functions "$friends_answer" "$lazycopy_answer" >"$scratch/answers"
  functions partA/*.c partB/*.c | grep _ >"$scratch/libraries"
  functions "$kit"/part?/grade/*.c "$kit"/partB/harness/*.c >"$scratch/checks"
  [ "$(wc -l <"$scratch/answers")" -ge 6 ] && [ "$(wc -l <"$scratch/libraries")" -ge 100 ] || fail 'no functions found'
  comm -23 "$scratch/libraries" "$scratch/checks" | sort -u "$scratch/answers" - >"$scratch/solutions"
  find "$kit" -type f -exec cat {} + | grep -Eo '\b[a-z_]+ ?\(' | tr -d ' (' | sort -u >"$scratch/words"
  found=$(comm -12 "$scratch/solutions" "$scratch/words" | tr '\n' ' ')
  [ -z "$found" ] || fail "functions of the solutions: $found"
}

# Links, names, targets, and each program and session of its pages.
kit_pages() {
  make_in "$kit" CC="$cc" || fail "$(cat "$scratch/out")"
  (cd "$kit" && TESTS='' SESSIONS='README.md partA/README.md partB/README.md' sh "$OLDPWD/partB/tests/readme-test.sh") \
    >"$scratch/out" 2>&1 || fail "$(grep -v '^ok ' "$scratch/out")"
}

# names FILE...: those of checks, between quotes in the sources or backquotes in the pages.
names() { cat "$@" | grep -Eo '["`][a-z]+\.[a-z-]+["`]' | tr -d '"`' | grep -vE '\.(c|h|so)$' | sort -u; }

# The pages name every check, and none that does not exist.
kit_names_the_checks() {
  { names partA/grade/grade.c partB/grade/checks.def; echo robust.processes; } | sort -u >"$scratch/checks"
  names "$kit/partA/README.md" "$kit/partB/README.md" >"$scratch/named"
  diff "$scratch/checks" "$scratch/named" >"$scratch/diff" || fail "checks (<) and pages (>): $(cat "$scratch/diff")"
}

# What does not pass: the names, in the order of a report.
not_passed() { sed -n 's/^\(FAIL\|undecided\) *\([^ ]*\) .*/\2/p' "$@"; }

# The starters fail what the first page says, and the plain answers nothing. How fast
# copies are that are not lazy may be undecided.
kit_is_solved_by_the_answers() {
  make_in "$kit" check CC="$cc" && fail "the starters pass: $(cat "$scratch/out")"
  not_passed "$kit/README.md" >"$scratch/printed"
  not_passed "$scratch/out" | diff "$scratch/printed" - ||
    fail "other checks than printed (<) fail: $(cat "$scratch/out")"
  cp -R "$kit" "$scratch/solved"
  cp "$friends_answer" "$scratch/solved/partA/letsbefriends.c"
  cp "$lazycopy_answer" "$scratch/solved/partB/lazycopy.c"
  make_in "$scratch/solved" check CC="$cc" || fail "the plain answers: $(cat "$scratch/out")"
  [ "$(grep -c '^pass ' "$scratch/out")" -eq 20 ] || fail "not 20 checks passed: $(cat "$scratch/out")"
  "$scratch/solved/partB/copytest" 50 >"$scratch/out" || fail "copytest: $(cat "$scratch/out")"
}

# All of it, without a warning.
kit_builds() {
  for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    cp -R "$kit" "$scratch/by-$compiler"
    make_in "$scratch/by-$compiler" clean
    make_in "$scratch/by-$compiler" programs CC="$compiler" CPPFLAGS=-Werror || fail "$compiler: $(cat "$scratch/out")"
    "$scratch/by-$compiler/partB/copytest" 50 >"$scratch/out" || fail "copytest: $(cat "$scratch/out")"
  done
}

write_kit "$kit" || { cat "$scratch/err"; exit 1; }
for name in $tests; do
  run_test "kit_$name"
done
exit "$failures"
