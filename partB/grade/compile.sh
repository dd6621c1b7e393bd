#!/bin/sh
# compile.sh SOURCE LIBRARY NOTES [FLAG...]
#
# SOURCE is an absolute path. Makes a shared library of a C file, an archive or a shared library, as lenient
# as can be: what the file forgets is given to it, and noted in lines
# "note.NAME text". Exit status 1 if nothing helps; the notes say why.
source=$1 library=$2 notes=$3
shift 3
here=${0%/*}
log=$library.log
slow=''
seconds=${COMPILE_SECONDS:-600} # of processor time
missing_define='it needs #define _GNU_SOURCE above its first #include'
missing_include='an #include is missing'

note() {
  printf 'note.%s %s\n' "$1" "$2" >>"$notes"
}

# The compiler's first complaint of a kind, without the path in front.
first() {
  grep "$1" "$log" | head -n 1 | sed "s|^.*/||"
}

# The compiler gets limited processor time, 4 GiB of memory, and may not write
# more than some MiB. (SC3045: where the shell has no such limit, there is none.)
compile() {
  [ -z "$slow" ] || return 1
  # shellcheck disable=SC2086,SC3045 # CC may hold options
  (ulimit -f 65536
   ulimit -v 4194304
   ulimit -t "$seconds"
   LC_ALL=C ${CC:-cc} -std=gnu11 -O2 -g -Wall -Wextra -fPIC -shared "$@" -o "$library" "$source" -pthread -lm) \
    >"$log" 2>&1
  status=$?
  ! grep -q 'Killed\|CPU time limit' "$log" || slow="the compiler was not done after $seconds s of processor time"
  return "$status"
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
    note error "${slow:-${complaint:-$(first .)}}"
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

compile_leniently -I"${source%/*}/" -I"$here/lab" "$@" || exit 1
warnings=$(grep -c 'warning:' "$log")
[ "$warnings" -eq 0 ] || note warnings "the compiler warns $warnings times; first: $(first 'warning:')"
if nm -D --defined-only "$library" 2>/dev/null | grep -q ' T main$'; then
  note main 'it has a main of its own, which is not used'
fi
exit 0
