#!/bin/sh
# kit-test.sh [--long]
#
# Tests of the kit (`make kit`), run from the top of the repository: what it refuses;
# that it holds no solution; that its pages are right. --long: that with either compiler
# it builds, fails the checks that it should, and passes with the plain answers.
# KIT_ANSWERS names these: of part A, of part B.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2015,SC2016
. partB/harness/shelltest.sh
tests='refuses holds_no_solution gives_no_answer pages names_the_checks'
[ "$1" != --long ] || tests='works_with_gcc works_with_clang judges_the_other_half judges_what_is_handed_in'
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
  functions "$kit"/part?/grade/*.c "$kit"/partB/harness/*.c "$kit"/partB/measure/*.c >"$scratch/checks"
  [ "$(wc -l <"$scratch/answers")" -ge 6 ] && [ "$(wc -l <"$scratch/libraries")" -ge 100 ] || fail 'no functions found'
  comm -23 "$scratch/libraries" "$scratch/checks" | sort -u "$scratch/answers" - >"$scratch/solutions"
  find "$kit" -type f ! -name '*.awk' -exec cat {} + | grep -Eo '\b[a-z_]+ ?\(' | tr -d ' (' | sort -u >"$scratch/words"
  found=$(comm -12 "$scratch/solutions" "$scratch/words" | tr '\n' ' ')
  [ -z "$found" ] || fail "functions of the solutions: $found"
}

# The calls that make a lazy copy are told on the pages, each in a program of its own,
# and made by no check.
kit_gives_no_answer() {
  grep -rlE 'mremap\(|MAP_FIXED|MREMAP_|si_addr' "$kit" | grep -vE '/(README\.md|examples/[a-z]+\.c|pointers\.awk)$' >"$scratch/found"
  [ ! -s "$scratch/found" ] || fail "they give the answer away: $(cat "$scratch/found")"
}

# Links, names, targets, and each program and session of its pages.
kit_pages() {
  [ "$SCALE" = full ] || skip "builds all of the kit: set SCALE=full"
  make_in "$kit" CC="$cc" || fail "$(cat "$scratch/out")"
  (cd "$kit" && TESTS='' SESSIONS='README.md partA/README.md partB/README.md' sh "$OLDPWD/partB/tests/readme-test.sh") \
    >"$scratch/out" 2>&1 || fail "$(grep -v '^ok ' "$scratch/out")"
}

# names FILE...: those of checks, between quotes in the sources or backquotes in the pages.
names() { cat "$@" | grep -Eo '["`][a-z]+\.[a-z-]+["`]' | tr -d '"`' | grep -vE '\.(c|h|so)$' | sort -u; }

# The pages name every check, and none that does not exist.
kit_names_the_checks() {
  names partB/grade/checks.def >"$scratch/checks"
  names "$kit/partA/README.md" "$kit/partB/README.md" >"$scratch/named"
  diff "$scratch/checks" "$scratch/named" >"$scratch/diff" || fail "checks (<) and pages (>): $(cat "$scratch/diff")"
}

# What does not pass, and why, without the figures. How fast copies are that are not
# lazy may be undecided where others are at work; that is left out.
not_passed() { grep -E '^(FAIL|undecided) ' "$1" | grep -v speed.read-only | sed 's/0x[0-9a-f]*/N/g; s/[0-9][0-9]*/N/g'; }

# The starters fail what the first page says, for the reasons that it prints.
starters_fail() {
  make_in "$1" check CC="$2" && fail "the starters pass: $(cat "$scratch/out")"
  grep -qE '^(FAIL|undecided)  *speed.read-only ' "$scratch/out" || fail "eager copies are fast: $(cat "$scratch/out")"
  not_passed "$kit/README.md" >"$scratch/printed"
  not_passed "$scratch/out" | diff "$scratch/printed" - >"$scratch/diff" ||
    fail "what fails is printed (<) otherwise: $(cat "$scratch/diff")"
}

answers_pass() {
  cp "$friends_answer" "$1/partA/letsbefriends.c"
  cp "$lazycopy_answer" "$1/partB/lazycopy.c"
  make_in "$1" check CC="$2" || grep -q '^undecided  *speed.read-only ' "$scratch/out" || fail "the plain answers: $(cat "$scratch/out")"
  [ -z "$(not_passed "$scratch/out")" ] || fail "the plain answers: $(cat "$scratch/out")"
  [ "$(grep -c '^pass ' "$scratch/out")" -ge 20 ] || fail "fewer than 20 checks passed: $(cat "$scratch/out")"
  make_in "$1" CC="$2" || fail "$(cat "$scratch/out")"
  "$1/partB/copytest" 50 >"$scratch/out" || fail "copytest: $(cat "$scratch/out")"
}

works_with() {
  command -v "$1" >/dev/null || skip "no $1"
  cp -R "$kit" "$scratch/by-$1"
  make_in "$scratch/by-$1" clean
  make_in "$scratch/by-$1" all judges CC="$1" CPPFLAGS=-Werror || fail "$1: $(cat "$scratch/out")"
  starters_fail "$scratch/by-$1" "$1"
  answers_pass "$scratch/by-$1" "$1"
}

kit_works_with_gcc() { works_with gcc; }
kit_works_with_clang() { works_with clang; }

# Who has broken one part can work on the other.
kit_judges_the_other_half() {
  cp -R "$kit" "$scratch/half"
  cp "$lazycopy_answer" "$scratch/half/partB/lazycopy.c"
  echo 'int half = ;' >"$scratch/half/partA/letsbefriends.c"
  make_in "$scratch/half" check CC="$cc" && fail "it passes: $(cat "$scratch/out")"
  grep -q '^FAIL  *builds ' "$scratch/out" || fail "no word of what does not build: $(cat "$scratch/out")"
  grep -q '^pass  *split.every-byte ' "$scratch/out" || fail "part B is not judged: $(cat "$scratch/out")"
}

# What needs a header of its own does not build, here as with those who grade; and all of it can be handed in.
kit_judges_what_is_handed_in() {
  cp -R "$kit" "$scratch/header"
  echo '#define MINE 1' >>"$scratch/header/partB/lazycopy.h"
  { echo '#include "lazycopy.h"'; echo 'int mine = MINE;'; cat "$lazycopy_answer"; } >"$scratch/header/partB/lazycopy.c"
  make_in "$scratch/header" CC="$cc" || fail "$(cat "$scratch/out")"
  make_in "$scratch/header" check CC="$cc" && fail "it passes: $(cat "$scratch/out")"
  grep -q '^# partB/lazycopy.h has been changed. It is not handed in' "$scratch/out" || fail "$(cat "$scratch/out")"
  grep -q '^FAIL  *builds .*MINE' "$scratch/out" || fail "$(cat "$scratch/out")"
  cp -R "$kit" "$scratch/whole"
  cp "$lazycopy_answer" "$scratch/whole/partB/lazycopy.c"
  cp "$friends_answer" "$scratch/whole/partA/letsbefriends.c"
  make_in "$scratch/whole" check CC="$cc" || grep -q '^undecided  *speed.read-only ' "$scratch/out" || fail "$(cat "$scratch/out")"
  ! grep -q 'has been changed' "$scratch/out" || fail "$(cat "$scratch/out")"
  sh partB/grade/grade.sh --required --submission "$scratch/whole" >"$scratch/out" 2>&1
  ! grep -q '^FAIL' "$scratch/out" || fail "handed in whole: $(cat "$scratch/out")"
}

write_kit "$kit" || { cat "$scratch/err"; exit 1; }
# shellcheck disable=SC2086 # several words
run_all kit_ $tests
