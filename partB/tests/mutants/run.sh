#!/bin/sh
# run.sh lazycopy|friends DIRECTORY
#
# Grades each mutant of DIRECTORY's table, run from the top of the repository, and
# compares the checks that fail with those that should. Prints a line for each, as
# tests do; TESTS names the ones to run ("mutant-NAME").
part=$1 directory=$2
report=$(mktemp) || exit 1
trap 'rm -f "$report"' EXIT
failures=0
set -f # patterns in the table are no file names

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
  case " $TESTS " in '  ' | *" mutant-$1 "*) return 0 ;; esac
  return 1
}

# What should fail but passes.
passing() {
  for check in $1; do
    for word in $2; do
      # shellcheck disable=SC2254
      case $word in $check) printf ' %s' "$word" ;; esac
    done
  done
}

# try FILE OPTION EXPECTED IGNORED. Where nothing is ignored, what is undecided about
# robustness, for want of an idle machine, is no failure.
try() {
  name=mutant-$(basename "$1" .c)
  # shellcheck disable=SC2086 # the option may be missing
  sh partB/grade/grade.sh $2 --with . "--$part" "$directory/$1" >"$report" 2>&1
  failed=$(awk '/^(FAIL|none|weak|undecided) / { print $2 }' "$report")
  [ -n "$4" ] || failed=$(awk '/^(FAIL|none|weak) |^undecided +[^r]/ { print $2 }' "$report")
  passed=$(awk '/^(pass|bonus|good) / { print $2 }' "$report")
  surplus=$(missing_from "$3 $4" "$failed")
  lacking=$(passing "$3" "$passed")
  why=''
  [ -n "$failed$passed" ] || why=' no report'
  [ -z "$surplus" ] || why="$why fails also:$surplus"
  [ -z "$lacking" ] || why="$why passes:$lacking"
  if [ -z "$why" ]; then
    echo "ok      $name"
  else
    echo "FAILED  $name:$why"
    sed 's/^/    /' "$report"
    failures=$((failures + 1))
  fi
}

base=''
while IFS=: read -r who checks; do
  # shellcheck disable=SC2086 # one word or two
  set -- $who
  ignored=$base
  case $1 in
  '' | '#'*) continue ;;
  base) base=$checks; ignored=' '; shift ;;
  ours) ignored=''; shift ;;
  esac
  wanted "$(basename "$1" .c)" && try "$1" "${2:+--required}" "$checks" "$ignored"
done <"$directory/table"
[ "$failures" -eq 0 ]
