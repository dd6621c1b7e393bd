#!/bin/sh
# points-test.sh, run from the top of the repository: the points, and the documents that
# say them.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2016
. partB/harness/shelltest.sh
build=partB/build/grade
requirements=$build/requirements

marks() { try 0 "$build/marks" "$requirements" partB/grade/points "$@"; }

# lines FORM [ARGUMENT]: that form of the report $scratch/report, line by line.
lines() {
  marks all "$scratch/report" "$@"
  cp "$scratch/out" "$scratch/document"
  partB/build/harness/json_lines <"$scratch/document" >"$scratch/lines" 2>"$scratch/err" || fail "$1: $(cat "$scratch/err")"
}

has() { grep -qxF -e "$1" "$scratch/lines" || fail "no '$1': $(head -n 40 "$scratch/lines")"; }

# Checks of both parts by the grader's own sources.
checks() {
  sed -n 's/^ *{\(REQUIRED\|ROBUST\|EXTRA\), "\([^"]*\)".*/A \2/p' partA/grade/grade.c
  sed -n 's/^CHECK([A-Z]*, "\([^"]*\)".*/B \1/p' partB/grade/checks.def
  printf '%s robust.processes\n' A B
}

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

# Half points, a part that does not build, what is undecided, and a word that is no verdict.
points_counted() {
  checks | awk '{ print $1, $2, $1 == "A" ? 0.25 : 2.5 }' >"$scratch/points"
  printf '%s\n' '# partB, lazycopy: x' 'pass values.alloc yes' 'FAIL values.eager no' 'undecided values.equal perhaps' \
    'passes values.model yes' 'none extra.free no' 'bonus extra.many-copies yes' 'note note.main a note' '# partA, letsbefriends: x' \
    'FAIL builds it does not compile: x' 'undecided message.linked not tried' >"$scratch/report"
  try 0 "$build/marks" "$requirements" "$scratch/points" all "$scratch/report" line
  required=$(grep -c '^B [^er]' "$requirements")
  open=$(checks | awk '$1 == "B" { sum += 2.5 } END { print sum - 10 }')
  worth=$(checks | awk '$2 ~ /^(extra|robust)/ { sum += $1 == "A" ? 0.25 : 2.5 } END { print sum }')
  expected="# Points: part A 0 of 2, part B 2.5 of $(awk "BEGIN { print 2.5 * $required }"), bonus 2.5 of $worth; together 5. Undecided: $open."
  [ "$(cat "$scratch/out")" = "$expected" ] || fail "$(cat "$scratch/out") is not $expected"
  try 0 "$build/marks" "$requirements" "$scratch/points" all "$scratch/report" row 'a "b", c'
  grep -q "^\"a \"\"b\"\", c\",0,2.5,2.5,5,1,$((required - 2)),$open,\"A: it does not compile: x\",not tried," "$scratch/out" ||
    fail "the row: $(cat "$scratch/out")"
  echo '# partB, lazycopy: x' >"$scratch/report"
  echo 'note note.stopped too late' >>"$scratch/report"
  try 0 "$build/marks" "$requirements" "$scratch/points" required "$scratch/report" row x
  grep -q "^\"x\",0,0,0,0,0,$(grep -cv '^[AB] \(extra\|robust\)\.' "$requirements")," "$scratch/out" || fail "stopped: $(cat "$scratch/out")"
}

# A reason may hold what the graded program printed.
points_escaped() {
  printf '# partB, lazycopy: x\nFAIL values.alloc a "b" \\ <&> \001\177 \303\244 \377 \355\240\200 \300\200 \360\237\230\200 \357\277\277 \342\202' >"$scratch/report"
  replaced=$(printf '\357\277\275')
  lines json
  has ".checks.0.reason string a \\\"b\\\" \\\\ <&> \\u0001\\u007f $(printf '\303\244') $replaced $replaced$replaced$replaced $replaced$replaced $(printf '\360\237\230\200') $replaced$replaced$replaced $replaced$replaced"
  marks all "$scratch/report" junit
  grep -qF 'message="a &quot;b&quot; \ &lt;&amp;&gt;  ' "$scratch/out" || fail "XML: $(grep values.alloc "$scratch/out")"
}

points_documents() {
  printf 'int x = ;\n' >"$scratch/broken.c"
  echo precious >"$scratch/precious"
  for file in json junit; do ln -s precious "$scratch/$file"; done
  try 1 sh partB/grade/grade.sh --lazycopy "$scratch/broken.c" --json "$scratch/json" --junit "$scratch/junit"
  partB/build/harness/json_lines <"$scratch/json" >"$scratch/lines" || fail 'no JSON'
  has '.checks.0.part string B'
  has '.checks.0.name string values.alloc'
  has '.checks.0.verdict string not tried'
  has '.checks.0.points number 0'
  has '.checks.0.of number 1'
  grep -q '^.checks.0.requirement string Every new chunk has' "$scratch/lines" || fail 'no requirement'
  grep -q '^.checks.0.reason string it does not compile: .*expected expression' "$scratch/lines" || fail "no reason"
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
  "$top/partB/build/harness/json_lines" <"$scratch/part.json" >"$scratch/lines" || fail 'no JSON'
  has '.checks.0.verdict string pass'
  has '.checks.1.verdict string undecided'
}

run_all points_ default refused counted escaped documents not_lost
