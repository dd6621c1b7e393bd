#!/bin/sh
# test.sh, run from the top of the repository: the grader's arguments and words. The mutants
# test what it finds, points-test.sh its exit status, class-test.sh the form of its report.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2016
. partB/harness/shelltest.sh

# refuses NAME ARGUMENT...
refuses() {
  name=$1
  shift
  try 2 sh partB/grade/grade.sh "$@"
  one_line_about "$name"
  [ ! -s "$scratch/out" ] || fail "$name: there is a report"
}

grade_arguments() {
  mkdir "$scratch/directory.c"
  refuses --lazycopy --lazycopy
  refuses "$scratch/x" "$scratch/x"
  refuses no-such.c --lazycopy "$scratch/no-such.c"
  refuses Makefile --friends Makefile
  refuses directory.c --lazycopy "$scratch/directory.c"
  refuses no-directory --with "$scratch/no-directory"
}

# says NAME C-CODE WORDS: the plain answer with a handler of its own, and what is said of a first write. (Whatever
# writes to a lazy copy ends soon, which is cheap.)
says() {
  printf '#define _GNU_SOURCE\n#include <signal.h>\n#include <unistd.h>\n%s\n#include "%s/partB/handout/handout.c"\n' \
    "$2" "$PWD" >"$scratch/$1.c"
  try 1 sh partB/grade/grade.sh --required --with partB/handout --lazycopy "$scratch/$1.c"
  grep -q "^FAIL *split.first-last .*wrote to offset 0 of the original of lazy copy 1: $3\$" "$scratch/out" ||
    fail "$1: $(cat "$scratch/out")"
}

# A crash at a first write: which chunk, where, and what the handler does.
grade_words() {
  handle='#define sigaction(...) signal(SIGSEGV, mine)
static void mine(int'
  says none '#define sigaction(...) 0' 'after chunk_startup there is no handler for SIGSEGV'
  says crashes "$handle n) { *(volatile int *)(size_t)(n - 11) = 1; }" 'your handler crashed itself (as does a write to the chunk .*)'
  says recurses "static volatile int depth;
$handle n) { volatile char a[999]; a[0] = 1; depth += n; if (depth) mine(n); depth += a[0]; }" \
    'your handler crashed itself; did it use up its stack?'
  says exits "$handle n) { _exit(n - 11); }" 'your handler ended the program'
  says ignores "$handle n) { signal(n, SIG_DFL); }" \
    'your handler did not recognise the address, and brought back the default action (without SA_SIGINFO it is told no address)'
}

# alone CHECK FILE WORDS: what a check of part B says last of a file, which is compiled for it.
alone() {
  sh partB/grade/compile.sh "$2" "$scratch/alone.so" "$scratch/notes" "$scratch
$(pwd -P)" || fail "$2: $(cat "$scratch/notes")"
  "$within" 60 "$scratch/to_channel" partB/build/grade/grade check "$1" "$scratch/alone.so" secret >"$scratch/out" 2>&1
  tail -n 1 "$scratch/out" | grep -q "^secret [0-9] $3\$" || fail "$1: $(cat "$scratch/out")"
}

# Whose limit it was; one line of what is printed; what the handler could not see; a reason where there is one; what
# was under way.
grade_details() {
  echo 'int main(int count, char **arguments) { return dup2(1, BOX_CHANNEL) < 0 || count < 2 || execv(arguments[1], arguments + 1); }' |
    "${CC:-cc}" -include unistd.h -include partB/harness/box.h -o "$scratch/to_channel" -x c - || fail 'no program'
  most=$(cat /proc/sys/vm/max_map_count)
  [ "$most" -gt 65530 ] || alone robust.mapping-limit "$PWD/partB/handout/handout.c" '.*: the kernel has no more mappings'
  alone number.many "$PWD/partB/grade/mutants/limit-7100.c" '.*: is there a limit in the code?'
  alone robust.quiet "$PWD/partB/grade/mutants/handler-prints.c" '.* printed "fault at 0x[0-9a-f]*"'
  printf '#include "%s/partB/handout/handout.c"\n' "$PWD" >"$scratch/plain.c"
  { cat "$scratch/plain.c"; echo '__attribute__((constructor)) static void block(void) { sigprocmask(SIG_BLOCK, &(sigset_t){{-1}}, 0); }'; } >"$scratch/blocks.c"
  alone handler "$scratch/blocks.c" 'SIGSEGV is blocked, so that no handler is called'
  { printf '#define _GNU_SOURCE\n#include <sys/mman.h>\n#define mremap(...) MAP_FAILED\n'; cat "$scratch/plain.c"; } >"$scratch/refuses.c"
  alone robust.printf "$scratch/blocks.c" 'wrote to offset 1 of lazy copy 1: .*'
  alone robust.small-stack "$scratch/blocks.c" 'wrote to offset 1 of lazy copy 1: .*'
  { printf '#include <signal.h>\n#define sigaction(...) signal(SIGSEGV, split_all)\nstatic void split_all(int);\n'; cat "$scratch/plain.c"
    echo 'static void split_all(int n) { for (struct chunk *c = chunks; c && n; c = c->next) split(c->start); }'; } >"$scratch/splits.c"
  alone extra.last-sharer "$scratch/splits.c" 'the copy was given new memory, though .*'
  alone extra.last-sharer "$PWD/partB/grade/mutants/eager-in-disguise.c" 'lazy copies do not share .*'
  alone values.equal "$scratch/refuses.c" 'chunk_copy_lazy returned NULL'
  { printf '#define _GNU_SOURCE\n#include <sys/mman.h>\n#define mmap(...) (__builtin_trap(), NULL)\n'; cat "$scratch/plain.c"; } >"$scratch/traps.c"
  alone values.eager "$scratch/traps.c" 'made its first chunks'
}

# said PATTERN: a line of the report.
said() { grep -q "$1" "$scratch/out" || fail "no line $1: $(cat "$scratch/out")"; }

# Reasons are given for what was seen: text that a signal loses; no message at all, and why.
grade_friends_words() {
  printf '#define PRINT(message) printf("%%s", message)\n#define END (signal(SIGSEGV, SIG_DFL), raise(SIGSEGV))\n#include "%s/partA/handout/handout.c"\n' \
    "$PWD" >"$scratch/keeps.c"
  try 1 sh partB/grade/grade.sh --required --with partA/handout --friends "$scratch/keeps.c"
  said '^FAIL *message.linked .*no message was printed: it crashed .* your handler is installed.* and lost by a signal)$'
  said '^FAIL *message.eight *a crash brought no message: the program crashed (Segmentation fault)$'
  try 1 sh partB/grade/grade.sh --with partA --friends partA/grade/mutants/not-installed.c
  said '^FAIL *message.linked .* when main begins, no handler for SIGSEGV is installed$'
  said '^weak *robust.printf .* there was no message, nor is there one otherwise$'
  said '^weak *robust.pipe .*no message, it crashed (Segmentation fault), nor is there one otherwise$'
}

# Before 2.34, glibc's dlsym calls calloc, which the compiler does not expect where it looks (-O2).
grade_old_libc() {
  cat >"$scratch/old.c" <<'PROGRAM'
#include <stdlib.h>
void *__real_dlsym(void *library, const char *name);
void *__wrap_dlsym(void *library, const char *name) {
  char *early = calloc(1, 40);
  if (!early) abort();
  free(early);
  return __real_dlsym(library, name);
}
int main(void) {
  char *memory = realloc(calloc(2, 9), 1000);
  free(memory);
  return memory ? 0 : 1;
}
PROGRAM
  try 0 "${CC:-cc}" -O2 -D_GNU_SOURCE -o "$scratch/old" "$scratch/old.c" partB/grade/malloc_watch.c -Wl,--wrap=dlsym -ldl
  try 0 "$scratch/old"
}

# elsewhere MOUNT COMMAND...: where something else is mounted, with status 2 and a line.
elsewhere() {
  try 2 unshare -rm sh -c 'mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"' - "$@"
}

# Without /proc checks would hang, and without room sources seem not to compile.
grade_place() {
  unshare -rm true 2>/dev/null || skip 'nothing can be mounted here'
  mkdir "$scratch/full"
  elsewhere /proc sh partB/grade/grade.sh --lazycopy partB/handout/handout.c
  one_line_about '^grade: /proc is not mounted'
  elsewhere /proc sh partB/harness/tally.sh 'echo "ok      never"'
  one_line_about '^No tests: /proc is not mounted'
  elsewhere /proc partB/copytest --show
  one_line_about '^copytest: --show: /proc is not mounted'
  elsewhere "$scratch/full" env TMPDIR="$scratch/full" sh partB/grade/grade.sh --lazycopy partB/handout/handout.c
  one_line_about '^grade: there is no room'
  elsewhere "$scratch/full" env TMPDIR="$scratch/full" sh partB/harness/tally.sh 'echo "ok      never"'
  one_line_about '^No tests: there is no room'
  ! grep -q never "$scratch/out" || fail 'it goes on'
}

run_all grade_ arguments words details friends_words old_libc place
