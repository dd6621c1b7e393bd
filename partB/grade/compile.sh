#!/bin/sh
# compile.sh SOURCE LIBRARY NOTES TREES [FLAG...]
#
# SOURCE and LIBRARY are absolute paths. Makes a shared library of a C file, an archive or a shared library, as lenient
# as can be: what the file forgets is given to it, and noted in lines
# "note.NAME text". Exit status 1 if nothing helps; the notes say why. What a C file includes must lie below
# the first of TREES, real paths, a line each, where it was handed in, or below another (see sources.sh).
source=$1 library=$2 notes=$3 trees=$4
shift 4
here=$(cd "${0%/*}" && pwd -P)
named=${source##*/} # by the compiler, for the debugger
log=$library.log list=$library.list
stopped=''
seconds=${COMPILE_SECONDS:-600} # of processor time
missing_define='it needs #define _GNU_SOURCE above its first #include'
missing_include='an #include is missing'
# shellcheck source=partB/grade/sources.sh
. "$here/sources.sh"

note() {
  printf 'note.%s %s\n' "$1" "$2" >>"$notes"
}

# The compiler's or the linker's first complaint of a kind, without the directory in front.
first() {
  set -- "$(grep "$1" "$log" | head -n 1 | sed 's|^[^ ]*ld: ||')"
  printf '%s\n' "${1#"${source%/*}/"}"
}

# The compiler gets limited processor time, 4 GiB of memory, and may not write
# more than some MiB. (SC3045: where the shell has no such limit, there is none.)
limited() {
  # shellcheck disable=SC2086,SC3045 # CC may hold options
  (ulimit -f 65536
   ulimit -v 4194304
   ulimit -t "$seconds"
   cd "${library%/*}" || exit
   TMPDIR=$PWD LC_ALL=C ${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -fPIC "$@" >"$log" 2>&1
   status=$?
   times >"$log.times"
   exit "$status")
}

# What its processes took is near or above the limit of each, so that one was ended by it.
all_time_spent() {
  awk -F '[ms ]+' -v most="$seconds" 'NR == 2 { exit 60 * ($1 + $3) + $2 + $4 < 0.9 * most }' "$log.times"
}

# Nothing foreign is among what the list names.
own() {
  # shellcheck disable=SC2086 # a line each
  stopped=$(IFS='
'; set -f; cd "${library%/*}" && foreign_source "$list" $trees "$here/lab")
  [ -z "$stopped" ]
}

# Asks what it would read before it is compiled, as complaints quote what they are about; and what the assembler has
# read afterwards. (-x c: a name in .C would be C++.) (-M and not -MM, which leaves out what a header includes that calls itself the system's.)
compile() {
  [ -z "$stopped" ] || return 1
  if limited -M -MF "$list" -MT list "$@" -x c "$source"; then
    own || return 1
    : >"$list"
    if limited $assembler "-Wa,--MD,${list##*/}" -shared -o "$library" "$@" -x c "$source" -x none -pthread -lm; then
      own
      return
    fi
  fi
  ! all_time_spent || stopped="the compiler was not done after $seconds s of processor time"
  return 1
}

# Tried in turn: as it is; with what a missing #define brings; with what missing
# #includes bring; with both.
compile_leniently() {
  strict=-Werror=implicit-function-declaration gnu=-D_GNU_SOURCE= kit=$here/lab/kit.h
  compile $strict "$@" && return
  complaint=$(first 'error:')
  if compile $strict $gnu "$@"; then
    note gnu-source "$missing_define"
  elif compile $strict -include "$kit" "$@"; then
    note include "$missing_include: $complaint"
  elif compile $gnu -include "$kit" "$@"; then
    note gnu-source "$missing_define"
    note include "$missing_include: $complaint"
  else
    complaint=$(first 'error:\|undefined reference\|multiple definition\|cannot find')
    note error "${stopped:-${complaint:-$(first .)}}"
    return 1
  fi
}

# A copy, so that nobody replaces it meanwhile.
case $source in
*.so | *.so.*) cp "$source" "$library" && exit 0 ;;
*.a)
  ${CC:-cc} -shared -o "$library" -Wl,--whole-archive "$source" -Wl,--no-whole-archive -pthread >"$log" 2>&1 && exit 0
  note error "$(first .)"
  exit 1
  ;;
esac

case $(od -An -tx1 -N 2 <"$source") in
*'ff fe' | *'fe ff')
  note error 'it is text in UTF-16: save it as UTF-8, or as ASCII'
  exit 1
  ;;
esac

# The assembler is asked as well, as it reads files on its own; clang's has no words for it.
assembler=''
case $(LC_ALL=C ${CC:-cc} --version 2>/dev/null) in *clang*) assembler=-fno-integrated-as ;; esac
find_searched
compile_leniently -I"${source%/*}/" -I"$here/lab" "$@" || exit 1
warnings=$(grep -c 'warning:' "$log")
[ "$warnings" -eq 0 ] || note warnings "warnings of the compiler: $warnings; first: $(first 'warning:')"
line=$(LC_ALL=C awk -f "$here/pointers.awk" "$source" 2>/dev/null)
[ -z "$line" ] || note pointers "line $line compares pointers with < or the like, which means something in C only within one object: compare numbers (uintptr_t)"
if nm -D --defined-only "$library" 2>/dev/null | grep -q ' T main$'; then
  note main 'it has a main of its own, which is not used'
fi
exit 0
