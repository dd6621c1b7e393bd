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
graders="$build/grade/grade $build/grade/requirements partA/build/grade/victim partA/build/grade/clock.so"
seconds=300 # of processor time for one student, far more than all checks may use

who=grade-class
# shellcheck source=partB/grade/common.sh
. "$here/common.sh"

marks() { "$build/grade/marks" "$build/grade/requirements" "$points" "$@"; }

directory=$1 out=$2 jobs=$3 points=${4:-$here/points} required=$5
sections=${required:+required}
sections=${sections:-all}
[ -n "$directory" ] || die 'DIR= must name a directory, with one of each student in it'
case $directory in -*) directory=./$directory ;; esac
[ -d "$directory" ] || die "$directory: no such directory"
[ -n "$out" ] || die 'OUT= must name a file for the grades, such as grades.csv'
can_be_written "$out"
case $jobs in '' | *[!0-9]* | 0* | ????*) die "JOBS=$jobs: not a number of students at a time" ;; esac
marks || exit 2
[ "$(cd "$directory" && pwd -P)" != "$(cd "$(dirname "$out")" && pwd -P)" ] || die "$out must not lie among the submissions"
reports=${out%.csv}.reports
[ ! -h "$reports" ] || die "$reports is a link, and links are not followed"
mkdir -p "$reports" || die "$reports cannot be made"

# What a report depends on: the grader, the compiler, and all that was handed in.
fingerprint() {
  echo "$grader $required"
  (cd "$1" && { find . -type f -exec cksum {} + ; find . -type l -exec ls -l {} + ; } 2>&1 | sort)
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
  case $status in 0 | 1 | 124) whole_file "${report%.report}.sources" cat "$2/fingerprint" ;; esac
  whole_file "$report" cat "$2/report"
  printf 'graded %s: %s\n' "$(printable "$name")" "$(marks "$sections" "$report" line | sed 's/^# Points: //')"
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

rows() {
  marks "$sections" /dev/null heading
  for student; do
    name=${student%/}
    name=${name##*/}
    marks "$sections" "$reports/$name.report" row "$name" || return
  done
}

set -- "$directory"/*/
[ -d "$1" ] || die "$directory has no directories of students"
# shellcheck disable=SC2086 # several words
grader=$(cksum $graders "$here"/*.sh "$here"/*.awk "$here"/lab/*; echo "${CC:-cc}"; LC_ALL=C ${CC:-cc} --version 2>&1)
# shellcheck disable=SC2016 # later
begin_work 'echo "Stopping, as soon as those who are being graded are done. The same command goes on." >&2; : >"$work/stop"'
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
