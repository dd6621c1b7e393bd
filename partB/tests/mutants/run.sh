#!/bin/sh
# run.sh lazycopy|friends DIRECTORY [--fast]
#
# Grades each mutant of DIRECTORY's table, run from the top of the repository, and
# compares the checks that fail with those that should. Prints a line for each, as
# tests do; TESTS names the ones to run ("mutant-NAME"). --fast: only some of
# those of which just what is required is looked at.
part=$1 directory=$2 fast=$3
fast_ones=' sloppy both-linked limit-1000 seven returns '
report=$(mktemp) || exit 1
trap 'rm -f "$report"' EXIT
failures=0

# The words of the second list that are not in the first, which may hold patterns.
missing_from() {
  for word in $2; do
    found=''
    for pattern in $1; do
      # shellcheck disable=SC2254 # it is a pattern
      case $word in $pattern) found=1 ;; esac
    done
    [ -n "$found" ] || printf ' %s' "$word"
  done
}

wanted() {
  case " $TESTS " in
  *" mutant-$1 "*) return 0 ;;
  '  ') case "$fast$fast_ones" in '--fast'*" $1 "*) return 0 ;; --fast*) return 1 ;; esac ;;
  *) return 1 ;;
  esac
}

try() {
  name=$1 option=$2 expected=$3 ignored=$4
  start=$(date +%s)
  # shellcheck disable=SC2086 # the option may be missing
  sh partB/grade/grade.sh $option "--$part" "$directory/$name.c" >"$report" 2>&1
  took=$(($(date +%s) - start))
  failed=$(awk '/^(FAIL|none|weak|undecided) / { print $2 }' "$report")
  passed=$(awk '/^(pass|bonus|good) / { print $2 }' "$report")
  surplus=$(missing_from "$expected $ignored" "$failed")
  lacking=$(for check in $expected; do
    # shellcheck disable=SC2254
    for word in $passed; do case $word in $check) printf ' %s' "$word" ;; esac; done
  done)
  why=''
  [ -n "$failed$passed" ] || why='no report'
  [ -z "$surplus" ] || why="fails also:$surplus"
  [ -z "$lacking" ] || why="$why passes:$lacking"
  [ "$took" -le 30 ] || why="$why took $took s"
  if [ -z "$why" ]; then
    echo "ok      mutant-$name"
  else
    echo "FAILED  mutant-$name: $why"
    sed 's/^/    /' "$report"
    failures=$((failures + 1))
  fi
}

base=''
while IFS=: read -r who checks; do
  # shellcheck disable=SC2086
  set -- $who
  case $1 in
  '' | '#') continue ;;
  base) name=$2 base=$checks option='' checks='' ;;
  *) name=$1 option=${2:+--required} ;;
  esac
  wanted "$(basename "$name")" && try "$name" "$option" "$checks" "$base"
done <"$directory/table"
[ "$failures" -eq 0 ]
