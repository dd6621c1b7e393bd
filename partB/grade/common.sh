# shellcheck shell=sh disable=SC2034,SC2154
# What grade.sh and class.sh share; read with ".". They say who they are in $who.

die() {
  printf '%s: %s\n' "$who" "$1" >&2
  exit 2
}

# Of a file's name, what can stand in a line.
printable() { printf '%s' "$1" | tr '\001-\037\177' '?'; }

can_be_written() {
  if [ -d "$1" ] || [ ! -d "$(dirname "$1")" ] || [ ! -w "$(dirname "$1")" ]; then die "$1 cannot be written"; fi
  if [ -e "$1" ] && [ ! -f "$1" ]; then die "$1 is no file that can be replaced"; fi
}

# whole_file FILE COMMAND...: what it prints is in the file, or the file is as it was. It is written beside it, under a
# name that nobody knows before, and takes its place: a link there is replaced, not followed.
whole_file() {
  file=$1
  shift
  new=$(mktemp "$(dirname "$file")/.grade.XXXXXX" 2>/dev/null) || die "$file cannot be written"
  if ! { "$@" >"$new" && chmod '=rw' "$new" && mv -f "$new" "$file"; } 2>/dev/null; then
    rm -f "$new"
    die "$file cannot be written"
  fi
  new=''
}

# Checks that hang, and sources that seem not to compile, would be the student's fault.
can_be_graded() {
  [ -r /proc/self/maps ] || die '/proc is not mounted here, and the checks need it'
  dd if=/dev/zero of="$work/room" bs=65536 count=64 2>/dev/null || die "there is no room for 4 MiB in ${TMPDIR:-/tmp}: set TMPDIR"
  rm "$work/room"
}

# begin_work COMMAND: a directory for what is needed meanwhile, in $work, which goes in the end, as does a file
# that is half written; the command is done on a signal. (A trap for the end alone is none for
# signals in every shell.)
begin_work() {
  new=''
  work=$(mktemp -d 2>/dev/null) || die "no directory can be made in ${TMPDIR:-/tmp}: set TMPDIR"
  work=$(cd "$work" && pwd -P)
  trap 'rm -rf "$work" ${new:+"$new"}' EXIT
  # shellcheck disable=SC2064 # the command as it is now
  trap "$1" HUP INT TERM
  can_be_graded
}
