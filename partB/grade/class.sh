#!/bin/sh
# class.sh DIRECTORY OUT JOBS POINTS [--required], run from the top of the repository by
# `make grade-class DIR=submissions OUT=grades.csv`.
#
# Grades the directory of each student below DIRECTORY, JOBS at a time, and writes a row for
# each to OUT. Reports and their JSON are put into a directory beside it. A student whose
# report is there, and whose sources and grader are the same, is not graded again: so this
# can be stopped, and goes on. Interrupted, it ends when those who are being graded are done.
here=${0%/*}
build=partB/build
graders="$build/grade/grade $build/grade/checker $build/grade/requirements partA/build/grade/grade partA/build/grade/victim"
seconds=300 # of processor time for one student, far more than all checks may use

die() {
  echo "grade-class: $1" >&2
  exit 2
}

marks() { "$build/grade/marks" "$build/grade/requirements" "$points" "$@"; }

# What a report depends on.
fingerprint() {
  echo "$grader $required"
  (cd "$1" && find . -type f -name '*.[ch]' -exec cksum {} + | sort)
}

# grade_student PATH SCRATCH: the report is complete, or not there.
grade_student() {
  name=${1##*/}
  report=$reports/$name.report
  fingerprint "$1" >"$2/fingerprint"
  if [ -f "$report" ] && cmp -s "$2/fingerprint" "${report%.report}.sources"; then return; fi
  rm -f "$report" "${report%.report}.sources"
  # shellcheck disable=SC2086 # it may be missing
  TMPDIR=$2 COMPILE_SECONDS=60 "$build/harness/within" "$seconds" sh "$here/grade.sh" $required \
    --submission "$1" --points "$points" </dev/null >"$2/report" 2>"$2/errors"
  status=$?
  [ "$status" -le 1 ] || printf 'note note.stopped grading ended early, with status %s: %s\n' "$status" \
    "$(tail -n 1 "$2/errors")" >>"$2/report"
  # what ended for a reason of its own is graded again the next time
  case $status in 0 | 1 | 124) cp "$2/fingerprint" "${report%.report}.sources" ;; esac
  cp "$2/report" "$report.$$" && mv -f "$report.$$" "$report" || exit
  printf 'graded %s: %s\n' "$(printf '%s' "$name" | tr '\001-\037\177' '?')" \
    "$(marks "$sections" "$report" line | sed 's/^# Points: //')"
}

# Takes the next student that nobody has taken.
worker() {
  number=0
  for student; do
    number=$((number + 1))
    [ ! -e "$work/stop" ] || exit
    mkdir "$work/$number" 2>/dev/null || continue
    grade_student "${student%/}" "$work/$number"
    rm -rf "${work:?}/$number/"*
  done
}

# whole_file FILE COMMAND...: what it prints is in the file, or the file is as it was.
whole_file() {
  file=$1
  shift
  if ! { "$@" >"$file.$$" && mv -f "$file.$$" "$file"; }; then
    rm -f "$file.$$"
    die "$file cannot be written"
  fi
}

rows() {
  marks "$sections" /dev/null heading
  for student; do
    name=${student%/}
    name=${name##*/}
    marks "$sections" "$reports/$name.report" row "$name" || return
  done
}

directory=$1 out=$2 jobs=$3 points=${4:-$here/points} required=$5
sections=${required:+required}
sections=${sections:-all}
[ -n "$directory" ] || die 'DIR= must name a directory, with one of each student in it'
case $directory in -*) directory=./$directory ;; esac
[ -d "$directory" ] || die "$directory: no such directory"
[ -n "$out" ] || die 'OUT= must name a file for the grades, such as grades.csv'
if [ -d "$out" ] || [ ! -w "$(dirname "$out")" ]; then die "$out cannot be written"; fi
case $jobs in '' | *[!0-9]* | 0* | ????*) die "JOBS=$jobs: not a number of students at a time" ;; esac
marks || exit 2
[ "$(cd "$directory" && pwd -P)" != "$(cd "$(dirname "$out")" && pwd -P)" ] || die "$out must not lie among the submissions"
reports=${out%.csv}.reports
mkdir -p "$reports" || die "$reports cannot be made"
set -- "$directory"/*/
[ -d "$1" ] || die "$directory has no directories of students"

# shellcheck disable=SC2086 # several words
grader=$(cksum $graders)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'echo "Stopping, as soon as those who are being graded are done. The same command goes on." >&2; : >"$work/stop"' HUP INT TERM
while [ "$jobs" -gt 0 ]; do
  worker "$@" &
  jobs=$((jobs - 1))
done
until wait; do :; done
[ ! -e "$work/stop" ] || exit 130
for student; do
  name=${student%/}
  name=${name##*/}
  whole_file "$reports/$name.json" marks "$sections" "$reports/$name.report" json
done
whole_file "$out" rows "$@"
echo "$out: $# students. Reports and JSON are in $reports."
