#!/bin/sh
# autograder-test.sh [--long], run from the top of the repository: `make autograder`, and the
# form of its results. --long: as Gradescope would do it, in a directory of its own.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2016
. partB/harness/shelltest.sh
tests='refuses form form_is_checked'
[ "$1" != --long ] || tests='grades stops_in_time'
top=$scratch/autograder
results=$top/results/results.json
unset MAKEFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS

# documented FILE: is it what Gradescope's documentation says? Its values are in $scratch/lines.
documented() {
  partB/build/harness/json_lines <"$1" >"$scratch/lines" 2>"$scratch/why" &&
    awk -f partB/grade/autograder/form.awk "$scratch/lines" >"$scratch/why"
}

has() { grep -qE -e "$1" "$scratch/lines" || fail "no '$1': $(grep -v '^.tests.[1-9]' "$scratch/lines")"; }

# gradescope SECONDS LINE...: the results of a report.
gradescope() {
  seconds=$1
  shift
  printf '%s\n' "$@" >"$scratch/report"
  try 0 partB/build/grade/marks partB/build/grade/requirements partB/grade/points all "$scratch/report" gradescope "$seconds"
  cp "$scratch/out" "$scratch/results"
  documented "$scratch/results" || fail "$(cat "$scratch/why")"
}

autograder_refuses() {
  mkdir "$scratch/full"
  : >"$scratch/full/file"
  for directory in "$scratch/full" ''; do
    try 2 sh partB/grade/autograder/autograder.sh "$directory"
    one_line_about "${directory:-DIR=}"
  done
  [ "$(ls -A "$scratch/full")" = file ] || fail 'something was written'
}

autograder_form() {
  gradescope 12 '# partB, lazycopy: x' 'pass speed.read-only yes' 'FAIL values.alloc a "reason"' 'undecided values.eager perhaps' \
    '# partA, letsbefriends: x' 'FAIL builds it does not compile: x'
  fast=$(awk '$2 == "speed.read-only" { print $3 }' partB/grade/points)
  has "^\.score number $fast\$"
  has '^\.execution_time number 12$'
  has '^\.output string .*decided.*A: it does not compile'
  has '^\.stdout_visibility string visible$'
  test=$(sed -n 's/\(.*\)\.name string B speed.read-only$/\1/p' "$scratch/lines")
  has "$test.score number $fast\$"
  has "$test.max_score number $fast\$"
  has "$test.status string passed\$"
  has "$test.visibility string visible\$"
  has '\.output string Every new chunk .*FAIL: a \\"reason\\"$'
  has '\.name string B robust.printf \(no points\)$'
}

# The check of the form finds what is wrong.
autograder_form_is_checked() {
  while IFS= read -r document; do
    echo "$document" >"$scratch/document"
    ! documented "$scratch/document" || fail "accepted: $document"
  done <<'DOCUMENTS'
{}
{"tests": []}
{"score": "1", "tests": [{"name": "a"}]}
{"score": -1, "tests": [{"name": "a"}]}
{"tests": [{"name": "a", "max_score": 1}]}
{"tests": [{"name": "a", "score": 10, "max_score": 9}]}
{"tests": [{"name": "a", "score": 1, "max_score": 1, "status": "pass"}]}
{"tests": [{"name": "a", "score": 1, "max_score": 1, "visibility": "yes"}]}
{"tests": [{"name": "a", "score": 1, "max_score": 1, "verdict": "pass"}]}
{"tests": [{"name": 1, "score": 1, "max_score": 1}]}
{"score": 1, "max_score": 2, "tests": [{"name": "a"}]}
{"score": 1, "output": 3, "tests": [{"name": "a"}]}
{"score": 1, "stdout_visibility": "", "tests": [{"name": "a"}]}
{"score": 1, "tests": [{"name": "a"}],}
DOCUMENTS
  echo '{"tests": [{"name": "a", "score": 9, "max_score": 10, "tags": ["b"], "extra_data": {"c": {}}}], "score": 1e1}' >"$scratch/document"
  documented "$scratch/document" || fail "$(cat "$scratch/why")"
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

# submit FILE...: its results must have the documented form.
submit() {
  rm -rf "$top/submission" "$top/results"
  mkdir -p "$top/submission/somewhere"
  [ $# -eq 0 ] || cp "$@" "$top/submission/somewhere"
  (cd "$top" && "$within" 300 ./run_autograder >"$scratch/out" 2>"$scratch/err") || fail "$(cat "$scratch/err")"
  documented "$results" || fail "$(cat "$scratch/why")"
  ! command -v python3 >/dev/null || python3 -m json.tool "$results" >/dev/null || fail 'not for python3'
  ! command -v jq >/dev/null || jq -e '.tests | length > 40' "$results" >/dev/null || fail 'not for jq'
}

autograder_grades() {
  set_up
  cp partB/handout/handout.c "$scratch/lazycopy.c"
  cp partA/handout/handout.c "$scratch/letsbefriends.c"
  submit "$scratch/lazycopy.c" "$scratch/letsbefriends.c"
  has '^\.output string 100 of 100 points' # extras make the score more than 100
  submit
  has '^\.score number 0$'
  has '^\.output string .*there is no lazycopy.c; A: there is no letsbefriends.c$'
}

# A second is too short for what the checks wait for, on any machine.
autograder_stops_in_time() {
  set_up
  cp partB/handout/handout.c "$scratch/lazycopy.c"
  export AUTOGRADER_SECONDS=1
  submit "$scratch/lazycopy.c"
  has '^\.output string .*grading was stopped after'
  has '\.output string .*undecided: the report does not say$'
}

# shellcheck disable=SC2086 # several words
run_all autograder_ $tests
