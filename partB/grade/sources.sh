# shellcheck shell=sh disable=SC2154
# What a file of C may be made of; read by compile.sh with ".". It may include what was handed in with it, the lab's header
# and the system's headers, and nothing else: neither another student's file nor an answer.

# Asks the compiler where it looks for the system's headers. In Debian 13 some are links to the kernel's, and gcc says
# where they lead.
find_searched() {
  searched=$(LC_ALL=C ${CC:-cc} -E -v -x c /dev/null 2>&1 >/dev/null | sed -n '/^#include <[.]*>/,/^End/s/^ //p')
  [ ! -d /usr/lib/linux/uapi ] || searched="$searched
/usr/lib/linux/uapi"
}

# files_of LIST: the files that LIST, a rule for make, depends on, a line each. What cannot be written
# in such a rule comes out wrong, and is the name of no file.
files_of() {
  sed 's/\\$//' "$1" | tr '\n' ' ' | awk '{
    $0 = substr($0, index($0, ": ") + 2)
    gsub(/\\ /, "\001"); gsub(/\\#/, "#"); gsub(/\\:/, ":"); gsub(/\$\$/, "$")
    for (i = 1; i <= NF; i++) { file = $i; gsub("\001", " ", file); print file }
  }'
}

# is_below FILE DIRECTORY: by the names alone. Nothing is below a directory without a name.
is_below() {
  case $1 in "${2:-?}"/*) ;; *) return 1 ;; esac
  case "${1#"$2"}/" in */../*) return 1 ;; esac
}

# in_searched FILE [COMMAND...]: below a directory of the system, or below what the command makes of its name.
in_searched() {
  path=$1
  shift
  while IFS= read -r directory; do
    [ -n "$directory" ] || continue
    [ $# -eq 0 ] || directory=$("$@" "$directory")
    ! is_below "$path" "$directory" || return 0
  done <<SEARCHED
$searched
SEARCHED
  return 1
}

# foreign_source LIST TREE DIRECTORY...: says which file is not below TREE, where it was handed in, nor below one of the
# directories (real paths, all of them), nor the system's. A file with a second name may be somebody else's. What the assembler
# reads is in the current directory, and gone; it also lists $named, what the compiler calls the source.
foreign_source() {
  list=$1 tree=$2
  shift 2
  files_of "$list" | grep -vxF -e "$named" | while IFS= read -r file; do
    if is_below "$file" "$PWD" || in_searched "$file"; then continue; fi # where a link leads the system wants
    real=$(readlink -f "$file") && [ -e "$real" ] || real=''
    if is_below "$real" "$tree" && [ -n "$(find "$real" -links -2)" ]; then continue; fi
    for directory; do
      if is_below "$real" "$directory"; then continue 2; fi
    done
    in_searched "$real" readlink -f || printf 'it is made of %s, which was not handed in with it\n' "$file"
  done | head -n 1 | tr '\001-\011\013-\037\177' '?'
}
