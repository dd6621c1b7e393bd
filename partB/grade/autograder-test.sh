#!/bin/sh
# autograder-test.sh [--long], run from the top of the repository: `make autograder`. --long: as
# Gradescope would do it, in a directory of its own. (What its results look like is in points-test.sh.)
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2016
. partB/harness/shelltest.sh
tests=refuses
[ "$1" != --long ] || tests='grades stops_in_time'
top=$scratch/autograder
results=$top/results/results.json
unset MAKEFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS

has() { grep -q -e "$1" "$results" || fail "no '$1': $(cat "$results")"; }

autograder_refuses() {
  mkdir "$scratch/full"
  : >"$scratch/full/file"
  for directory in "$scratch/full" ''; do
    try 2 sh partB/grade/autograder/autograder.sh "$directory"
    one_line_about "${directory:-DIR=}"
  done
  [ "$(ls -A "$scratch/full")" = file ] || fail 'something was written'
}

# What Gradescope does: unpack, run setup.sh as root (apt-get is not what is tested), and copy the script away.
set_up() {
  export AUTOGRADER="$top"
  [ ! -d "$top/source" ] || return 0
  try 0 sh partB/grade/autograder/autograder.sh "$top/source"
  mkdir -p "$top/submission" "$scratch/bin"
  printf '#!/bin/sh\necho "$@" >>%s/apt\n' "$scratch" >"$scratch/bin/apt-get"
  chmod +x "$scratch/bin/apt-get"
  try 0 env PATH="$scratch/bin:$PATH" "$top/source/setup.sh"
  grep -q '^install .*gcc make' "$scratch/apt" || fail "gcc and make are not installed: $(cat "$scratch/apt")"
  cp "$top/source/run_autograder" "$top"
}

# submit FILE...
submit() {
  rm -rf "$top/submission" "$top/results"
  mkdir -p "$top/submission/somewhere"
  [ $# -eq 0 ] || cp "$@" "$top/submission/somewhere"
  (cd "$top" && "$within" 300 ./run_autograder >"$scratch/out" 2>"$scratch/err") || fail "$(cat "$scratch/err")"
  ! command -v python3 >/dev/null || python3 -m json.tool "$results" >/dev/null || fail 'not for python3'
  ! command -v jq >/dev/null || jq -e '.tests | length > 40' "$results" >/dev/null || fail 'not for jq'
}

autograder_grades() {
  set_up
  cp partB/handout/handout.c "$scratch/lazycopy.c"
  cp partA/handout/handout.c "$scratch/letsbefriends.c"
  submit "$scratch/lazycopy.c" "$scratch/letsbefriends.c"
  has '^  "output": "100 of 100 points' # extras make the score more than 100
  submit
  has '^  "score": 0,$'
  has '^  "output": ".*there is no lazycopy.c; A: there is no letsbefriends.c",$'
}

# A second is too short for what the checks wait for, on any machine.
autograder_stops_in_time() {
  set_up
  cp partB/handout/handout.c "$scratch/lazycopy.c"
  export AUTOGRADER_SECONDS=1
  submit "$scratch/lazycopy.c"
  has '^  "output": ".*grading was stopped after'
  has '"output": ".*undecided: the report does not say"}'
}

# shellcheck disable=SC2086 # several words
run_all autograder_ $tests
