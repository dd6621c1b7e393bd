#!/bin/sh
# points-test.sh, run from the top of the repository: the points, and the documents that
# say them.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2016
. partB/harness/shelltest.sh
build=partB/build/grade
requirements=$build/requirements
golden=partB/grade/golden # each as it should be, of the few checks that are required there

# Checks of both parts, by the grader's own table.
checks() { sed -n "s/^{'\(.\)', [A-Z]*, \"\([^\"]*\)\".*/\1 \2/p" partB/grade/checks.def; }

# The pages, the points and the graders know the same checks, and what is required is worth 100.
points_default() {
  checks | sort >"$scratch/checks"
  [ "$(wc -l <"$scratch/checks")" -ge 50 ] || fail 'no checks found'
  cut -d' ' -f1,2 "$requirements" | sort | diff "$scratch/checks" - || fail 'checks (<) and pages (>) differ'
  awk 'NF && !/^#/ { print $1, $2 }' partB/grade/points | sort | diff "$scratch/checks" - || fail 'checks (<) and points (>) differ'
  for kind in A:40 B:60; do
    sum=$(awk -v part="${kind%:*}" '$1 == part && $2 !~ /^(extra|robust)[.]/ { sum += $3 } END { print sum }' partB/grade/points)
    [ "$sum" = "${kind#*:}" ] || fail "part $kind: $sum points"
  done
}

# refuses WORDS EDIT: the default points, changed by sed.
refuses() {
  sed "$2" partB/grade/points >"$scratch/points"
  try 2 "$build/marks" "$requirements" "$scratch/points" all /dev/null json
  one_line_about "$1"
  [ ! -s "$scratch/out" ] || fail "$2: there is a report"
}

points_refused() {
  refuses 'points:[0-9]*: there is no check B values.aloc' 's/values.alloc/values.alloc 1\nB values.alloc/; s/values.alloc/values.aloc/'
  refuses 'points: no points for B extra.free' '/extra.free/d'
  refuses 'is there twice' 's/.*number.many.*/&\n&/'
  refuses 'not of the form' 's/^B number.many.*/B number.many/'
  refuses 'not of the form' 's/^B number.many.*/& 4/'
  refuses 'there is no check AB' 's/^B number.many/AB number.many/'
  for number in -1 x 1e2 nan 1. .5 1.234 10001 99999999999999999999 0x10 1.2.3; do
    refuses "$number is no number of points" "s/^\\(B number.many *\\).*/\\1$number/"
  done
  try 2 sh partB/grade/grade.sh --lazycopy partB/handout/handout.c --points "$scratch/points"
  one_line_about '1.2.3 is no number of points'
  try 2 sh partB/grade/grade.sh --points "$scratch/no-such-file"
  one_line_about 'no-such-file: cannot be read'
}

# Each form of one report, as it should be: half points, a part that does not build, what is undecided, a word that
# is no verdict, and a reason with what the graded program printed: it may be no UTF-8.
points_forms() {
  {
    printf '%s\n' '# partB, lazycopy: x' 'pass values.alloc yes' 'undecided values.equal perhaps' 'passes values.model yes' \
      'none extra.free no' 'bonus extra.many-copies yes' 'note note.main a note'
    printf 'FAIL values.eager a "b" \\ <&> \001\177 \303\244 \377 \355\240\200 \300\200 \360\237\230\200 \357\277\277 \342\202\n'
    printf '%s\n' '# partA, letsbefriends: x' 'FAIL builds it does not compile: x' 'undecided message.linked not tried'
  } >"$scratch/report"
  while read -r form argument; do
    try 0 "$build/marks" "$golden/requirements" "$golden/points" all "$scratch/report" "$form" "$argument"
    diff "$golden/$form" "$scratch/out" || fail "$form: wanted (<) and seen (>)"
  done <<'FORMS'
line
json
gradescope 12
junit
heading
row =a "b", c
FORMS
}

points_stopped() {
  printf '%s\n' '# partB, lazycopy: x' 'note note.stopped too late' >"$scratch/report"
  try 0 "$build/marks" "$requirements" partB/grade/points required "$scratch/report" row x
  grep -q "^\"x\",0,0,0,0,0,$(grep -cv '^[AB] \(extra\|robust\)\.' "$requirements"),100,\"too late\"," "$scratch/out" || fail "$(cat "$scratch/out")"
}

points_documents() {
  printf 'int x = ;\n' >"$scratch/broken.c"
  echo precious >"$scratch/precious"
  for file in json junit; do ln -s precious "$scratch/$file"; done
  try 1 sh partB/grade/grade.sh --lazycopy "$scratch/broken.c" --json "$scratch/json" --junit "$scratch/junit"
  grep -q '{"part": "B", "name": "values.alloc", "verdict": "not tried", "points": 0, "of": 1, "requirement": "Every new chunk has .*", "reason": "it does not compile: .*expected expression' \
    "$scratch/json" || fail "$(cat "$scratch/json")"
  grep -q '<testcase classname="partB" name="values.alloc"><failure message="it does not' "$scratch/junit" || fail 'no JUnit'
  [ "$(cat "$scratch/precious")" = precious ] || fail 'a link was followed'
  [ -z "$(find "$scratch" -name '.grade.*')" ] || fail 'a file is left over'
  for path in "$scratch" "$scratch/no/such"; do
    try 2 sh partB/grade/grade.sh --json "$path"
    one_line_about "$path cannot be written"
    [ ! -s "$scratch/out" ] || fail "$path: there is a report"
  done
  # shellcheck disable=SC2016
  try 1 sh -c '"$0" "$@" >/dev/full' "$build/marks" "$requirements" partB/grade/points all /dev/null json
}

# A grader that fails itself says nothing of what is graded.
points_not_lost() {
  mkdir -p "$scratch/partB/build/grade"
  cp "$build/marks" "$requirements" "$scratch/partB/build/grade"
  printf '#!/bin/sh\necho "pass values.alloc yes"\nexit 2\n' >"$scratch/partB/build/grade/grade"
  chmod +x "$scratch/partB/build/grade/grade"
  top=$PWD
  cd "$scratch" || exit
  try 2 sh "$top/partB/grade/grade.sh" --lazycopy "$top/partB/liblazycopy.so" --json "$scratch/part.json"
  grep -q '"name": "values.alloc", "verdict": "pass"' "$scratch/part.json" || fail "$(cat "$scratch/part.json")"
  grep -q '"name": "values.eager", "verdict": "undecided"' "$scratch/part.json" || fail "$(cat "$scratch/part.json")"
}

run_all points_ default refused forms stopped documents not_lost
