#!/bin/sh
# grade.sh [--required] [--lazycopy FILE] [--friends FILE], run from the top of the
# repository by `make grade`. A FILE is a C file, an archive or a shared library;
# --required leaves out what is not part of the grade.
#
# Prints a report (see report.h). Limits are on processor time, and grow with what this
# machine takes to start a process; GRADE_SLOW=n multiplies them. Exit status 0 if all that the handout requires
# holds, 1 if not, 2 for a bad argument. The graded code runs with limits, but
# it may do whatever you may: this is no sandbox.
here=$(dirname "$0")
lazycopy_build=partB/build/grade
friends_build=partA/build/grade

die() {
  echo "grade: $1" >&2
  exit 2
}

# The absolute path of a file that can be graded.
find_file() {
  case $1 in
  *.c | *.a | *.so | *.so.*) ;;
  *) die "$1 is no .c, .a or .so file" ;;
  esac
  if [ ! -f "$1" ] || [ ! -r "$1" ]; then die "$1: no such file"; fi
  echo "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
}

grade_lazycopy() {
  echo "# partB, lazycopy: $1"
  if sh "$here/compile.sh" "$2" "$work/lazycopy.so" "$work/lazycopy.notes" -Wl,-Bsymbolic,-z,defs; then
    "$lazycopy_build/grade" $sections "$lazycopy_build/checker" "$work/lazycopy.notes" "$work/lazycopy.so"
  else
    "$lazycopy_build/grade" $sections "$lazycopy_build/checker" "$work/lazycopy.notes"
  fi
}

# The program that crashes is linked with the library here: linking is a check.
grade_friends() {
  echo "# partA, letsbefriends: $1"
  set -- "$2" "$work/friends.notes" "$work"
  if sh "$here/compile.sh" "$1" "$work/libfriends.so" "$2"; then
    sh partA/grade/link.sh "$friends_build" "$work" "$2"
    "$friends_build/grade" $sections "$friends_build" "$2" "$work"
  else
    "$friends_build/grade" $sections "$friends_build" "$2"
  fi
}

lazycopy='' friends='' sections=all
while [ $# -gt 0 ]; do
  case $1 in
  --required) sections=required; shift; continue ;;
  --lazycopy) lazycopy=$2 ;;
  --friends) friends=$2 ;;
  *) die "$1: not known; usage: grade.sh [--required] [--lazycopy FILE] [--friends FILE]" ;;
  esac
  [ $# -ge 2 ] || die "$1 needs a file"
  shift 2
done
if [ -z "$lazycopy$friends" ]; then
  lazycopy=partB/liblazycopy.a
  friends=partA/libletsbefriends.so
fi
lazycopy_path='' friends_path=''
[ -z "$lazycopy" ] || lazycopy_path=$(find_file "$lazycopy") || exit 2
[ -z "$friends" ] || friends_path=$(find_file "$friends") || exit 2

[ -z "$GRADE_SLOW" ] || export SLOW="$GRADE_SLOW"
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
status=0
echo '# What is graded runs with limits on time, memory and output, but in no sandbox: it may do what you may.'
if [ -n "$lazycopy" ]; then grade_lazycopy "$lazycopy" "$lazycopy_path" || status=1; fi
if [ -n "$friends" ]; then grade_friends "$friends" "$friends_path" || status=1; fi
exit $status
