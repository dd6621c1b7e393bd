#!/bin/sh
# class.sh, run from the top of the repository: a class whose students have handed in
# the plain answers and the mutants, graded by `make grade-class`. Each row must say what
# the tables say. Some minutes; TESTS names the ones to grade ("class-no-copy").
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0
out=$work/grades.csv

# Lines "fails PART FILE CHECK..." for each mutant, and "base PART CHECK...".
read_table() {
  sed -e '/^#/d; /^ours/d; /^$/d' -e "s/^base \\([^:]*\\):\\(.*\\)/base $1 \\2\\nfails $1 \\1/" \
    -e 's/:/ /; s/^\([^ ]*\) required /\1 any /' -e "/^base\\|^fails/!s/^/fails $1 /" "$2"
}

read_table A partA/tests/mutants/table >"$work/A"
read_table B partB/tests/mutants/table >"$work/B"
grep '^fails' "$work/A" >"$work/fails.A"
grep '^fails' "$work/B" >"$work/fails.B"
grep -h '^base' "$work/A" "$work/B" >"$work/base"
students=$(wc -l <"$work/fails.B")
[ "$students" -ge 30 ] || { echo "FAILED  class-size: $students students"; exit 1; }

wanted() {
  case " $TESTS " in '  ' | *" class-$1 "*) return 0 ;; esac
  return 1
}

# Every mutant of part B, with one of part A.
number=0
while read -r fails; do
  # shellcheck disable=SC2086 # words
  set -- $fails
  line=$((number % $(wc -l <"$work/fails.A") + 1))
  friends=$(sed -n "${line}p" "$work/fails.A" | cut -d' ' -f3)
  number=$((number + 1))
  wanted "$(basename "$3" .c)" || continue
  student="$work/class/$(basename "$3" .c) and, $(basename "$friends" .c)"
  mkdir -p "$student"
  echo "#include \"$PWD/partB/tests/mutants/$3\"" >"$student/lazycopy.c"
  echo "#include \"$PWD/partA/tests/mutants/$friends\"" >"$student/letsbefriends.c"
  { sed -n "${line}p" "$work/fails.A"; echo "$fails"; } | sed 's/^\(fails . \)[^ ]*/\1/' >"$student/expected"
done <"$work/fails.B"

sh partB/grade/class.sh "$work/class" "$out" "${JOBS:-1}" '' || failures=1
numbers() { sed -E 's/^("([^"]|"")*"|student),([^"]*),("([^"]|"")*"|remark),(.*)$/\3,\6/' | tr -d '\r'; }
head -n 1 "$out" | numbers >"$work/head"
for student in "$work/class"/*/; do
  name=$(basename "$student")
  grep -F "\"$name\"," "$out" | numbers >"$work/row"
  if why=$(awk -f partB/tests/mutants/class.awk partB/grade/points "$student/expected" "$work/base" "$work/head" "$work/row"); then
    echo "ok      class-${name%% *} ${name#* }"
  else
    echo "FAILED  class-${name%% *} ${name#* }: $why"
    failures=1
  fi
done
exit "$failures"
