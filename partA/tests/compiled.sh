#!/bin/sh
# Each program in partA/tests/compiled, made with optimization (the zoo is made without) by
# the first compiler that is there; with SCALE=full by all that are there, with and without.
# Comments at its top tell the report: What and Where are extended regular expressions, and the place is in the line
# that has "here" in it, if one has.
#
# Compilers take more memory than all else here, so those of a language that need no Flags
# of their own are made into one program, which does what its name says: main is main_NAME
# there, and a function like any other. Run from the top directory.
# shellcheck source=partA/tests/check.sh
. partA/tests/check.sh

library=$PWD/partA/libletsbefriends.so
here=$(pwd -P) # the report shows no lines of a file that a link leads to
[ -z "$EMULATOR" ] || {
  echo "skipped compiled: runs programs of this system only"
  exit 0
}

# Sets what the comments of a file say.
look_at() {
  name=${1##*/} name=${name%.*} number=0
  needs=1 scale='' flags='' options='' by_signal='' status_wanted=139 what='' where='' line='[0-9]+'
  while IFS= read -r text; do
    number=$((number + 1))
    case $text in
      '// Needs: x86_64') needs='defined __x86_64__' ;;
      '// Needs: glibc') needs='defined __GLIBC__' ;;
      '// Needs: glibc 2.32') needs='__GLIBC__ * 100 + __GLIBC_MINOR__ >= 232' ;; # its lists of free blocks are disguised
      '// Needs: kernel_headers') needs='__has_include(<linux/seccomp.h>) && __has_include(<asm/types.h>)' ;;
      '// Scale: full') scale=full ;;
      '// Flags: '*) flags=${text#// Flags: } ;;
      '// Options: '*) options=:${text#// Options: } ;;
      '// By: signal') by_signal=partA/build/tests/by_signal status_wanted=0 ;;
      '// Status: '*) status_wanted=${text#// Status: } ;;
      '// What: '*) what=${text#// What: } ;;
      '// Where: '*) where=${text#// Where: } ;;
      *'// here'*) line=$number ;;
    esac
  done <"$1"
}

# The source of a program that does what any of the files does: its own name says which.
joined() {
  # The function makes this file the first that has code: addr2line 2.40 takes the first for it.
  printf '#include <stdlib.h>\n#include <string.h>\n__attribute__((no_reorder)) void first(void) {}\n'
  choice=
  for part; do
    look_at "$part"
    printf '#if %s\n#define main main_%s\n#include "%s"\n#undef main\n#endif\n' "$needs" "$name" "$here/$part"
    choice="$choice
#if $needs
  if (strcmp(name, \"$name\") == 0) chosen = (int (*)(int, char **))main_$name;
#endif"
  done
  echo "int main(int count, char **arguments) {
  const char *name = strrchr(arguments[0], '/') + 1;
  int (*volatile chosen)(int, char **) = NULL;$choice
  return chosen ? chosen(count, arguments) : 77;
}"
}

# make_program LEVEL COMPILER FILE...: in the directory $made
make_program() {
  level=$1 compiler=$2
  shift 2
  source=$made/joined.${1##*.}
  mkdir -p "$made"
  joined "$@" >"$source"
  # shellcheck disable=SC2086 # several words
  $compiler -w -g $level -pthread $flags -o "$made/program" "$source" 2>&1 && return
  # Does it know the language, and these flags? "string" is a header of C++ only.
  # shellcheck disable=SC2086
  case $source in *.cc) echo '#include <string>' ;; esac >"$source"
  echo 'int main() { return 0; }' >>"$source"
  # shellcheck disable=SC2086
  $compiler $flags -o "$made/program" "$source" 2>&1 || skip "$compiler $flags makes no programs"
  rm "$made/program"
  return 1
}

# report FILE: runs it in the directory $made, and compares. An awk does it all: each process takes a MiB.
report() {
  look_at "$1"
  ln -f "$made/program" "$made/$name"
  LETSBEFRIENDS_OPTIONS=signals=all$options LD_PRELOAD=$library $by_signal "$made/$name" >/dev/null 2>"$scratch/report" </dev/null &&
    status=0 || status=$?
  [ "$status" -ne 77 ] || skip "not on this system: $needs"
  command -v addr2line >/dev/null || where=''
  equal "$status_wanted" "$status"
  FILE=${1##*/} NAME=$name WHAT=$what WHERE=$where LINE=$line awk '
    function lacks(said, words) { if (!said) { print "no line says " words; wrong = 1 } }
    NR == FNR { messages[$0]; next }
    { report = report $0 "\n" }
    $0 in messages { cheered = 1 }
    $0 ~ "^What happened: .*" ENVIRON["WHAT"] { what = 1 }
    /^Where: / { place = $0; gsub("main_" ENVIRON["NAME"], "main", place) }
    $0 ~ "^ *" ENVIRON["LINE"] " \\| " { shown = 1 }
    /artificial|_start/ { print "the report names " $0; wrong = 1 }
    END {
      lacks(cheered, "something encouraging")
      if (ENVIRON["WHAT"]) lacks(what, ENVIRON["WHAT"])
      if (ENVIRON["WHERE"]) {
        at = ENVIRON["WHERE"] ENVIRON["FILE"] ":" ENVIRON["LINE"] "  \\(" ENVIRON["NAME"] "\\+0x[0-9a-f]+\\)"
        lacks(place ~ "^Where: " at "$", at)
        lacks(shown, "the text of that line")
      }
      if (wrong) printf "%s", report
      exit wrong
    }' partA/messages "$scratch/report"
}

all_compilers() {
  file=$1
  case $file in
    *.c) together=$together_c; set -- "${CC:-cc}" clang ;;
    *) together=$together_cc; set -- g++ clang++ ;;
  esac
  look_at "$file"
  [ "${scale:-$SCALE}" = "$SCALE" ] || skip 'takes much memory (SCALE=full)'
  [ -z "$flags" ] || together=$file
  tried=
  for compiler; do
    command -v "${compiler%% *}" >/dev/null || continue
    for level in $levels; do
      made=$scratch/${together##*/}$level${compiler%% *}
      # shellcheck disable=SC2086 # several names
      [ -e "$made/program" ] || make_program $level "$compiler" $together
      echo "$compiler $level $file:"
      report "$file"
    done
    tried=$compiler
    [ "$SCALE" = full ] || break
  done
  [ -n "$tried" ] || skip "no compiler for $file"
}

[ "$SCALE" = full ] && levels='-O0 -O2' || levels=-O2
names='' together_c='' together_cc=''
for path in partA/tests/compiled/*.c*; do
  look_at "$path"
  names="$names compiled_${name}_${path##*.}"
  eval "test_compiled_${name}_${path##*.}() { all_compilers $path; }"
  [ -n "$flags" ] || case $path in
    *.c) together_c="$together_c $path" ;;
    *) together_cc="$together_cc $path" ;;
  esac
done

# shellcheck disable=SC2086 # several names
run_tests $names
