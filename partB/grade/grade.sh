#!/bin/sh
# grade.sh [OPTION VALUE]..., run from the top of the repository by `make grade`.
#
#   --lazycopy FILE, --friends FILE   what is graded: a C file, an archive or a shared library
#   --submission DIRECTORY            or the lazycopy.c and letsbefriends.c below it
#   --with DIRECTORY                  what they may include, besides what was handed in: the submission,
#                                     or the directory of the file
#   --required                        leave out what is not part of the grade
#   --points FILE                     what each check is worth (see partB/grade/points)
#   --json FILE, --junit FILE         also write the result there
#
# Prints a report (see report.h). Limits are on processor time, and grow with what this
# machine takes to start a process; GRADE_SLOW=n multiplies them. Exit status 0 if all that the handout requires
# holds, 1 if not, 2 for a bad argument or if the grader itself fails. The graded code runs with limits, but
# it may do whatever you may: this is no sandbox.
here=${0%/*}
build=partB/build/grade

who=grade
# shellcheck source=partB/grade/common.sh
. "$here/common.sh"

# The absolute path of a file that can be graded.
find_file() {
  case $1 in
  *.[cC] | *.a | *.so | *.so.*) ;;
  *) die "$1 is no .c, .a or .so file" ;;
  esac
  if [ ! -f "$1" ] || [ ! -r "$1" ]; then die "$1: no such file"; fi
  case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s\n' "$PWD/$1" ;; esac
}

# files_named TEST PATTERN ACTION...: those below the submission, except what is hidden, and does the action.
files_named() {
  how=$1 pattern=$2
  shift 2
  (cd "$submission" && find . -name '.?*' -prune -o -type f "$how" "$pattern" "$@")
}

# The number of them. (The dot: where no process can be started, nothing is known.)
count_named() {
  set -- "$(files_named "$1" "$2" -exec printf x \; ; echo .)"
  case $1 in *.) echo $((${#1} - 1)) ;; *) return 2 ;; esac
}

# The only file of a name, or else the only one whose name is what learning platforms and second tries make of it:
# "lazycopy-1.c", "LazyCopy (2).c". Says on standard error why there is none.
find_submitted() {
  for named in "-name $1.c" "-iname $1.c" "-iname *$1*.c"; do
    how=${named%% *} pattern=${named#* }
    number=$(count_named "$how" "$pattern") || return 2
    [ "$number" -ne 1 ] || { printf '%s\n' "$submission/$(files_named "$how" "$pattern" -print)" | sed 's|/\./|/|'; return; }
    [ "$number" -eq 0 ] || { echo "there are $number files named ${pattern#\*}" >&2; return 1; }
  done
  set -- "$1" "$(find "$submission" -type f -iname "$1.c" -exec printf 'x' \;)"
  echo "there is no $1.c${2:+, except in hidden directories, which are left out}" >&2
  return 1
}

# grade_part LETTER NAME FILE
grade_part() {
  file=$3
  [ -z "$submission" ] || file=$(find_submitted "$2" 2>"$work/missing")
  echo "# part$1, $2: $(printable "${file:-$submission}")"
  [ -n "$file" ] || [ -s "$work/missing" ] || return 2
  if [ -z "$file" ]; then
    printf '%-10s %-24s %s\n' FAIL builds "$(cat "$work/missing")"
    return 1
  fi
  trees=$(cd "${submission:-$(dirname "$file")}" && pwd -P && { [ -z "$with" ] || { cd "$OLDPWD" && cd "$with" && pwd -P; }; })
  notes=$work/$2.notes
  [ -z "$submission" ] || [ "${file##*/}" = "$2.c" ] || echo "note.name it is not named $2.c, but there is no other that may be it" >"$notes"
  library=$work/libfriends.so flags=''
  [ "$1" = A ] || library=$work/lazycopy.so flags=-Wl,-Bsymbolic,-z,defs
  sh "$here/compile.sh" "$(find_file "$file")" "$library" "$notes" "$trees" $flags || library=''
  # The program that crashes is linked with the library here: linking is a check.
  [ "$1" = B ] || [ -z "$library" ] || sh partA/grade/link.sh partA/build/grade "$work" "$notes"
  "$build/grade" "$1" "$sections" "$notes" ${library:+"$library"}
}

marks() { "$build/marks" "$requirements" "$points" "$@"; }

# document FORM FILE
document() { [ -z "$2" ] || whole_file "$2" marks "$sections" "$work/report" "$1"; }

lazycopy='' friends='' submission='' with='' sections=all points=$here/points json='' junit=''
while [ $# -gt 0 ]; do
  case $1 in
  --required) sections=required; shift; continue ;;
  --lazycopy) lazycopy=$2 ;;
  --friends) friends=$2 ;;
  --submission) submission=$2 ;;
  --with) with=$2 ;;
  --points) points=$2 ;;
  --json) json=$2 ;;
  --junit) junit=$2 ;;
  *) die "$1: not known; usage: grade.sh [--required] [--lazycopy FILE] [--friends FILE] [--points FILE] [--json FILE] ..." ;;
  esac
  [ $# -ge 2 ] || die "$1 needs a file"
  shift 2
done
if [ -z "$lazycopy$friends$submission" ]; then
  lazycopy=partB/liblazycopy.a
  friends=partA/libletsbefriends.so
fi
[ -z "$submission" ] || [ -d "$submission" ] || die "$submission: no such directory"
[ -z "$with" ] || [ -d "$with" ] || die "$with: no such directory"
[ -z "$lazycopy" ] || find_file "$lazycopy" >/dev/null || exit 2
[ -z "$friends" ] || find_file "$friends" >/dev/null || exit 2
for file in "$json" "$junit"; do
  [ -z "$file" ] || can_be_written "$file"
done
requirements=$here/requirements
[ -f "$requirements" ] || requirements=$build/requirements
marks || exit 2

[ -z "$GRADE_SLOW" ] || export SLOW="$GRADE_SLOW"
begin_work 'exit 2'
: >"$work/failed"
{
  echo '# What is graded runs with limits on time, memory and output, but in no sandbox: it may do what you may.'
  [ -z "$lazycopy$submission" ] || grade_part B lazycopy "$lazycopy" || echo $? >>"$work/failed"
  [ -z "$friends$submission" ] || grade_part A letsbefriends "$friends" || echo $? >>"$work/failed"
} | tee "$work/report"
marks "$sections" "$work/report" line
document json "$json"
document junit "$junit"
if grep -qvx 1 "$work/failed"; then die 'the grader itself ended early'; fi
[ ! -s "$work/failed" ]
