#!/bin/sh
# run.sh lazycopy|friends DIRECTORY
#
# Grades each wrong answer of DIRECTORY's table, run from the top of the repository, and
# compares every verdict, and the exit status, with those that the table asks for. Prints a line for
# each, as tests do; TESTS names the ones to run ("mutant-NAME"). GRADE, if set, is the grader instead of grade.sh.
part=$1 directory=$2
case $part in lazycopy) letter=B ;; *) letter=A ;; esac
report=$(mktemp) || exit 1
trap 'rm -f "$report"' EXIT
failures=0

wanted() {
  case " $TESTS " in '  ' | *" mutant-$1 "*) return 0 ;; esac
  return 1
}

# grade FILE REQUIRED FAILS BASE
grade() {
  name=mutant-$(basename "$1" .c)
  sh "${GRADE:-partB/grade/grade.sh}" ${2:+--required} --with . "--$part" "$directory/$1" >"$report" 2>&1
  if why=$(awk -v part="$letter" -v required="$2" -v fails="$3" -v base="$4" -v status=$? \
    -f partB/grade/mutants/verdicts.awk partB/build/grade/requirements "$report"); then
    echo "ok      $name"
  else
    echo "FAILED  $name: $why" | tr '\n' ';'
    echo
    sed 's/^/    /' "$report"
    failures=$((failures + 1))
  fi
}

base=''
while IFS=: read -r who checks; do
  # shellcheck disable=SC2086 # one word or two
  set -- $who
  known=$base
  case $1 in
  '' | '#'*) continue ;;
  base) base=$checks; known=''; shift ;;
  ours) known=''; shift ;;
  esac
  wanted "$(basename "$1" .c)" && grade "$1" "${2:+1}" "$checks" "$known"
done <"$directory/table"
[ "$failures" -eq 0 ]
