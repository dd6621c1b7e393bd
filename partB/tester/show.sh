#!/bin/sh
# show.sh FILE PROGRAM, run from the top of the repository by `make show`: shows what the lazycopy in a
# C file, an archive or a shared library does, by partB/tester/show_main.c. STEPS= and HTML= may say what.
# Exit status 0 if all is as it must be, 1 if not, 2 for a bad argument.
file=$1 program=$2

die() {
  printf 'show: %s\n' "$2" >&2
  exit "$1"
}

case $file in *.c | *.a | *.so | *.so.*) ;; *) die 2 "$file is no .c, .a or .so file" ;; esac
if [ ! -f "$file" ] || [ ! -r "$file" ]; then die 2 "$file: no such file"; fi
case $file in /*) ;; *) file=$PWD/$file ;; esac
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

if ! sh partB/grade/compile.sh "$file" "$work/lazycopy.so" "$work/notes" "$(pwd -P; cd "${file%/*}" && pwd -P)" -Wl,-Bsymbolic; then
  cat "$work/lazycopy.so.log" >&2 2>/dev/null
  die 1 "$1: $(sed -n 's/^note.error //p' "$work/notes")"
fi
sed -n 's/^note\.[a-z-]* /show: /p' "$work/notes" 2>/dev/null >&2
"$program" "$work/lazycopy.so" "$STEPS" "$HTML"
