#!/bin/sh
# sources-test.sh, run from the top of the repository: what a file of C may be made of, and what the compiler's words become.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2016
. partB/harness/shelltest.sh
scratch=$(cd "$scratch" && pwd -P)
class="$scratch/a class: \$1 #2" # of directories that are hard to write in a rule for make
ada="$class/ada" bob="$class/bob"

# Bob's file is an answer, and has a secret in a line that is no C.
mkdir -p "$ada/deep" "$bob" "$scratch/made"
echo 'int answer = 42;' >"$bob/lazycopy.c"
echo 'root:secret word:' >"$bob/passwords"

# compiles SOURCE FLAG...: ada's file; the notes are in $scratch/notes.
compiles() {
  source=$1
  shift
  : >"$scratch/notes"
  (cd "$scratch/made" && rm -f ./* && "$within" 60 sh "$top/partB/grade/compile.sh" "$source" "$scratch/made/library.so" "$scratch/notes" "$ada" "$@") \
    >"$scratch/out" 2>&1
}

# ada_writes LINE...: her file.
ada_writes() { rm -f "$ada/lazycopy.c" && printf '%s\n' "$@" >"$ada/lazycopy.c"; }

# refused WHAT: her file is not compiled, and the reason is where a part of it lies. Nothing is told of that.
refused() {
  ! compiles "$ada/lazycopy.c" || fail "$1: compiled"
  grep -q '^note.error it is made of .*, which was not handed in with it$' "$scratch/notes" || fail "$1: $(cat "$scratch/notes" "$scratch/out")"
  [ "$(wc -l <"$scratch/notes")" -eq 1 ] || fail "$1: $(cat "$scratch/notes")"
}

accepted() {
  compiles "$ada/lazycopy.c" || fail "$1: $(cat "$scratch/notes" "$scratch/out")"
  [ ! -s "$scratch/notes" ] || fail "$1: $(cat "$scratch/notes")"
}

sources_included() {
  printf '#pragma GCC system_header\n#include "../bob/lazycopy.c"\n' >"$ada/system.h"
  printf '#include_next <../../bob/lazycopy.c>\n' >"$ada/deep/next.h"
  for line in '#include "../bob/lazycopy.c"' "#include \"$bob/lazycopy.c\"" '#include <../bob/lazycopy.c>' '#import "../bob/lazycopy.c"' \
    "#include \"/usr/include/../..$bob/lazycopy.c\"" "#include \"/proc/self/root$bob/lazycopy.c\"" '#include "deep/../../bob/lazycopy.c"' \
    '#include "../bob/passwords"' '#include "/etc/passwd"' '#include "system.h"' "#include \"$top/partB/handout/handout.c\""; do
    ada_writes "$line"
    refused "$line"
  done
  ada_writes '#define IT "../bob/lazycopy.c"' '#include IT'
  refused 'computed'
  ada_writes '#line 1 "../bob/lazycopy.c"' '#include __FILE__'
  refused '__FILE__'
  ada_writes '# 1 "lazycopy.c" 3' '#include "../bob/lazycopy.c"'
  refused 'a line that calls it the system'"'"'s'
  ada_writes '#ifdef _GNU_SOURCE' '#include "../bob/passwords"' '#else' '#error no' '#endif'
  refused 'with the second try'
  ada_writes '#ifdef CHUNKSIZE' '#include "../bob/passwords"' '#else' 'int x = ;' '#endif'
  refused 'with the third try'
  ada_writes '#if defined __has_embed' 'char it[] = {' '#embed "../bob/lazycopy.c"' '};' '#else' '#include "../bob/lazycopy.c"' '#endif'
  refused 'embedded'
}

# What the assembler reads on its own.
sources_assembled() {
  printf '.data\nanswer: .long 42\n' >"$bob/answer.s"
  for line in '.incbin \"../../a class: $1 #2/bob/lazycopy.c\"' ".incbin \\\"$bob/lazycopy.c\\\"" ".include \\\"$bob/answer.s\\\"" \
    ".macro hide a b\\n.\\\\a\\\\b \\\"$bob/lazycopy.c\\\"\\n.endm\\nhide inc bin"; do
    ada_writes "asm(\"$line\");"
    refused "$line"
  done
  [ -n "$(find "$scratch/made" -name library.so)" ] || fail 'nothing was assembled, so that nothing was tested'
}

# Under another name.
sources_linked() {
  ln -s ../bob/lazycopy.c "$ada/link.h"
  ln -s ../bob "$ada/directory"
  ln -s ../bob/lazycopy.c "$ada/back\\slash.h"
  ln "$bob/lazycopy.c" "$ada/hard.h"
  for file in link.h directory/lazycopy.c 'back\slash.h' hard.h; do
    ada_writes "#include \"$file\""
    refused "$file"
  done
  ln -s "$bob/lazycopy.c" "$ada/two
lines"
  ada_writes "asm(\".incbin \\\"$ada/two\\\\012lines\\\"\");"
  refused 'two lines'
  rm "$ada/lazycopy.c"
  ln -s ../bob/lazycopy.c "$ada/lazycopy.c"
  refused 'the file itself'
}

# What is hers, the lab's, and the system's.
sources_own() {
  echo '#define MINE 1' | tee "$ada/mine.h" "$ada/deep/with #, \$ and blanks.h" >"$ada/deep/messages.inc"
  ln -s mine.h "$ada/inside.h"
  ada_writes '#include <math.h>' '#include <pthread.h>' '#include "lazycopy.h"' '#include "mine.h"' '#include "inside.h"' \
    '#include "deep/messages.inc"' '#include "deep/../mine.h"' '#include "deep/with #, $ and blanks.h"' \
    'asm(".pushsection .note.mine, \"a\"; .long 1; .popsection");' 'int size = CHUNKSIZE * MINE;'
  accepted 'her own'
  mkdir "$ada/other place"
  printf '#include "../mine.h"\n' >"$ada/other place/lazycopy.c"
  compiles "$ada/other place/lazycopy.c" || fail "$(cat "$scratch/notes")"
}

# Words in a source are not the compiler's, and a header is named whole.
sources_complaints() {
  ada_writes 'char *song = "Killed with kindness, CPU time limit exceeded" + oops;'
  ! compiles "$ada/lazycopy.c" || fail 'compiled'
  grep -q "^note.error lazycopy.c:1:.*'\\{0,1\\}oops" "$scratch/notes" || fail "$(cat "$scratch/notes")"
  ada_writes '#include <sys/mann.h>'
  ! compiles "$ada/lazycopy.c" || fail 'compiled'
  grep -q '^note.error lazycopy.c:1:.*sys/mann.h' "$scratch/notes" || fail "$(cat "$scratch/notes")"
  printf '\377\376i\000n\000t\000' >"$ada/lazycopy.c"
  ! compiles "$ada/lazycopy.c" || fail 'compiled'
  grep -q '^note.error it is text in UTF-16' "$scratch/notes" || fail "$(cat "$scratch/notes")"
  ada_writes 'int nobody(void);' 'int call(void) { return nobody(); }'
  ! compiles "$ada/lazycopy.c" -Wl,-z,defs || fail 'linked'
  grep -q '^note.error lazycopy.c:2:.*undefined reference' "$scratch/notes" || fail "$(cat "$scratch/notes")"
}

# remarks LINE CODE: of the line that compares pointers (0: there is none) in this code, which begins in line 6.
remarks() {
  ada_writes '#include <stddef.h>
#include <stdint.h>
#include <signal.h>
typedef struct pair pair;
struct pair { char *start, *other; uintptr_t low; pair *next; };' "$2"
  compiles "$ada/lazycopy.c" || fail "$2: $(cat "$scratch/notes" "$scratch/out")"
  if [ "$1" -eq 0 ]; then
    ! grep '^note.pointers' "$scratch/notes" || fail "$2: a remark"
  else
    grep -q "^note.pointers line $1 compares pointers" "$scratch/notes" || fail "$2: no remark"
  fi
}

# Pointers that are compared with < get a remark, and what is right gets none.
sources_pointers() {
  remarks 7 'int f(pair *p, char *fault) {
  while (p && (fault < p->start || fault >= p->start + 9)) p = p->next; return p != 0; }'
  remarks 6 'int f(pair *p, siginfo_t *info) { return info->si_addr >= (void *)(p->start - 9); }'
  remarks 6 'int f(pair *p, int start) { return start || (char *)p->low < p->start - 9; }'
  remarks 6 'int f(pair *p, int start) { return start || p->start < p->other - 9; }'
  remarks 6 'int f(pair p, void *fault) { if (p.low && p.start + 9 > (char *)fault) return 1; return 0; }'
  remarks 8 '/* p->start < p->other */ int f(pair *p) {
  const char *text = "p->start < p->other"; // if (p->start < p->other)
  return p->other<=p->start && *text; }'
  remarks 6 'struct node { void *base; }; int f(struct node *node, void *fault) { int size, *other = &size; return node->base > fault && *other; }'
  remarks 0 'int f(pair *p, char *fault) { return (uintptr_t)fault - (uintptr_t)p->start < 9 || (uintptr_t)fault < (uintptr_t)p->other; }'
  remarks 0 'int f(pair *p, char *fault) { return fault - p->start < 9 || *fault < 9 || fault[1] > 9 || p->low < *p->start || 9 < fault - p->start; }'
  remarks 0 'int f(pair *p, char *end) { int n = 0; for (char *c = p->start; c < end; c++) n++; while (p->start < end) p->start++; return n << 1 >> 1; }'
  remarks 0 'int f(char *start) { return *start; } int g(uintptr_t start, pair *p) { return start < p->low || sizeof start < 9; }'
  remarks 0 'int f(char **c, int n) { return n * *c[0] < 9 && n * 3 > n; }
/* an apostrophe'"'"'s comment, "half a string */ int g(int *a, size_t b, size_t c) { return *a + (b < c); }'
  for part in partA partB; do
    [ -z "$(awk -f partB/grade/pointers.awk "$part/handout/handout.c")" ] || fail "$part/handout/handout.c: a remark"
  done
  sed 's|(uintptr_t)address - (uintptr_t)chunk->start >= CHUNKSIZE|((char *)address < chunk->start)|' partB/handout/handout.c >"$scratch/compares.c"
  [ -n "$(awk -f partB/grade/pointers.awk "$scratch/compares.c")" ] || fail 'handout.c that compares pointers: no remark'
}

# A compiler that takes too long is stopped, and that is said.
sources_endless() {
  ada_writes '#define A(x) x x x x x x x x x x' '#define B(x) A(A(A(A(x))))' 'char *s = B(B(B("endless ")));'
  export COMPILE_SECONDS=1
  ! compiles "$ada/lazycopy.c" || fail 'compiled'
  grep -q '^note.error the compiler was not done after 1 s of processor time' "$scratch/notes" || fail "$(cat "$scratch/notes")"
}

top=$PWD
run_all sources_ included assembled linked own complaints pointers endless
