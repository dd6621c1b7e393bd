#!/bin/sh
# class-test.sh, run from the top of the repository: a class of students who hand in all
# sorts of things. Only what is required is graded, for the sake of time.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2016
. partB/harness/shelltest.sh
class=$scratch/class out=$scratch/grades.csv reports=$scratch/grades.reports
looping='loops, "for ever"'
required() { sed "/^$1 /!d; /^. \\(extra\\|robust\\)[.]/d" partB/build/grade/requirements | wc -l; }
mkdir -p "$class"

grade_class() { sh partB/grade/class.sh "$class" "$out" 2 '' --required >"$scratch/out" 2>"$scratch/err"; }

# row START: the row that begins so.
row() { grep -qF -e "$1" "$out" || fail "no row $1: $(cut -c1-200 "$out")"; }

refuses() {
  words=$1
  shift
  try 2 sh partB/grade/class.sh "$@"
  one_line_about "$words"
}

class_refuses() {
  mkdir "$scratch/empty"
  refuses 'DIR= must name' '' "$out" 1
  refuses 'nowhere: no such directory' "$scratch/nowhere" "$out" 1
  refuses 'empty has no directories' "$scratch/empty" "$out" 1
  refuses 'OUT= must name' "$class" '' 1
  refuses 'cannot be written' "$class" "$scratch" 1
  refuses 'cannot be written' "$class" "$scratch/no/such.csv" 1
  refuses 'among the submissions' "$class" "$class/grades.csv" 1
  for jobs in 0 -1 x 1.5 10000; do refuses "JOBS=$jobs: not a number" "$class" "$out" "$jobs"; done
  refuses 'no-points: cannot be read' "$class" "$out" 1 "$scratch/no-points"
  [ ! -e "$out" ] || fail 'grades were written'
}

# Right in one part, looping in one part without the other, and one file twice.
class_rows() {
  mkdir -p "$class/ada/a" "$class/$looping" "$class/twice/old"
  cp partA/handout/handout.c "$class/ada/a/letsbefriends.c"
  printf '#include <signal.h>\nstatic void spin(int signal) { for (;;) (void)signal; }\n%s\n' \
    '__attribute__((constructor)) static void install(void) { signal(SIGSEGV, spin); }' >"$class/$looping/letsbefriends.c"
  : | tee "$class/twice/lazycopy.c" >"$class/twice/old/lazycopy.c"
  : >"$class/a file of no student"
  for formula in '=1+1' '+1' -1 @sum "$(printf '\t=1')"; do mkdir "$class/$formula"; done
  grade_class || fail "$(cat "$scratch/err")"
  [ "$(wc -l <"$out")" -eq 9 ] || fail "rows: $(cat "$out")"
  # for spreadsheets: the mark of UTF-8, and no formulas
  [ "$(head -c 3 "$out" | od -An -tx1 | tr -d ' ')" = efbbbf ] || fail "$(head -n 1 "$out")"
  [ "$(grep -c "^\"'[^\"]*1\",\|^\"'@sum\"," "$out")" -eq 5 ] || fail "formulas: $(grep '1"\|sum' "$out")"
  row "\"ada\",40,0,0,40,$(required A),0,0,\"B: there is no lazycopy.c\","
  # a loop leaves no points open: it is told, twice, that it did not end
  row '"loops, ""for ever""",4,0,0,4,2,0,0,"B: there is no lazycopy.c",FAIL,FAIL,FAIL,FAIL,FAIL,FAIL,pass,pass,'
  row '"twice",0,0,0,0,0,0,0,"B: there are 2 files named lazycopy.c; A: there is no letsbefriends.c",not tried'
  for name in ada "$looping" twice; do
    [ "$(tail -n 1 "$reports/$name.json")" = '}' ] || fail "$name: no JSON"
    grep -q '^# Points' "$reports/$name.report" || fail "$name: no report"
  done
}

# verdict STUDENT NAME: one of a check in the student's report.
verdict() { sed -n "s/^\([a-zA-Z]*\)  *$2 .*/\1/p" "$reports/$1.report"; }

# hands_in STUDENT MUTANT: a wrong answer of the graders' own, with what it includes beside it.
hands_in() {
  part=${2%%/*} file=$class/$1/lazycopy.c
  [ "$part" = partB ] || file=$class/$1/letsbefriends.c
  mkdir -p "$class/$1"
  cp "$part/handout/handout.c" "$class/$1/handout.c"
  [ "$part" = partA ] || cp partB/grade/mutants/hooks.h "$class/$1"
  sed 's|"../../handout/handout.c"|"handout.c"|' "$2" >"$file"
}

# verdicts STUDENT VERDICT CHECK...
verdicts() {
  student=$1 wanted=$2
  shift 2
  for check; do
    [ "$(verdict "$student" "$check")" = "$wanted" ] || fail "$student: $check: $(cat "$reports/$student.report")"
  done
}

# Who prints something when a program starts has a message all the same, through whatever it is printed; what is no copy passes
# nothing that is about copies, however it is made; messages that differ in a number are one, and a seed from
# an address is told so; an answer counts for who has written it, with the header that came with it.
class_cases() {
  [ "$SCALE" = full ] || skip 'grades ten answers: set SCALE=full'
  class=$scratch/cases out=$scratch/cases.csv reports=$scratch/cases.reports
  mkdir -p "$class/greets" "$class/no copy" "$class/own header" "$class/of another"
  cat >"$class/greets/letsbefriends.c" <<'GREETS'
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
static void tell(int number) {
  static char message[] = "Chin up, friend a.\n";
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  message[16] = (char)('a' + ((unsigned long)now.tv_nsec / 1000 + (unsigned long)getpid()) % 16);
  _exit(write(2, message, strlen(message)) < 0 ? 1 : 128 + number);
}
__attribute__((constructor)) static void greet(void) {
  puts("A friend has come.");
  signal(SIGSEGV, tell);
}
GREETS
  sed 's|^void .chunk_copy_lazy(void .chunk) {|&\n  return chunk;|' partB/handout/handout.c >"$class/no copy/lazycopy.c"
  sed 's|^#include "lazycopy.h"|&\n#ifndef MINE\n#error the header\n#endif|' partB/handout/handout.c >"$class/own header/lazycopy.c"
  { cat partB/grade/lab/lazycopy.h; echo '#define MINE'; } >"$class/own header/lazycopy.h"
  echo '#include "../own header/lazycopy.c"' >"$class/of another/lazycopy.c"
  mkdir "$class/no handler"
  cat >"$class/no handler/lazycopy.c" <<'PLAIN'
#define _GNU_SOURCE
#include "lazycopy.h"
#include <string.h>
#include <sys/mman.h>
void chunk_startup(void) {}
void *chunk_alloc(void) { return mmap(NULL, CHUNKSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); }
void *chunk_copy_eager(void *chunk) { return memcpy(chunk_alloc(), chunk, CHUNKSIZE); }
void *chunk_copy_lazy(void *chunk) { return chunk; }
PLAIN
  hands_in moves partB/grade/mutants/moves.c
  hands_in 'greets and ends' partA/grade/mutants/greets-at-start.c
  hands_in address partA/grade/mutants/address-seed.c
  hands_in numbered partA/grade/mutants/numbered.c
  mkdir "$class/greets on 2" && sed 's|puts(.*);|write(2, "a friend ", 9);|' "$class/greets/letsbefriends.c" >"$class/greets on 2/letsbefriends.c"
  grade_class || fail "$(cat "$scratch/err")"
  row "\"greets and ends\",40,0,0,40,$(required A),0,0,"
  row "\"greets on 2\",40,0,0,40,$(required A),0,0,"
  row "\"greets\",40,0,0,40,$(required A),0,0,"
  row "\"own header\",0,60,0,60,$(required B),0,0,"
  row '"of another",0,0,0,0,0,0,0,"B: it does not compile: it is made of '
  for student in 'no copy' 'no handler' moves; do
    verdicts "$student" FAIL values.equal values.copy-written values.original-written values.both-written speed.read-only speed.memory split.every-byte
  done
  verdicts address FAIL message.random
  verdicts numbered FAIL message.eight
}

# As learning platforms and editors leave them: taken if it is the only one; what is hidden is left out.
class_names() {
  class=$scratch/names out=$scratch/names.csv reports=$scratch/names.reports
  mkdir -p "$class/canvas" "$class/moodle" "$class/editor/.history" "$class/two" "$class/hidden/.old" "$class/both"
  : | tee "$class/canvas/lazycopy-1.c" "$class/canvas/letsbefriends (1).c" "$class/moodle/LazyCopy.c" "$class/moodle/ada_12_letsbefriends-2.c" \
    "$class/editor/lazycopy.c" "$class/editor/.history/lazycopy.c" "$class/editor/._letsbefriends.c" \
    "$class/both/lazycopy.c" "$class/both/LazyCopy.c" "$class/two/lazycopy-1.c" "$class/two/lazycopy-2.c" >"$class/hidden/.old/lazycopy.c"
  CC=false grade_class || fail "$(cat "$scratch/err")"
  row '"canvas",0,0,0,0,0,0,0,"B: it does not compile'
  grep -q '^note *note.name *it is not named lazycopy.c' "$reports/canvas.report" || fail "$(cat "$reports/canvas.report")"
  row '"moodle",0,0,0,0,0,0,0,"B: it does not compile'
  row '"editor",0,0,0,0,0,0,0,"B: it does not compile: the compiler does not say why; A: there is no letsbefriends.c"'
  ! grep -q 'note.name' "$reports/editor.report" || fail "$(cat "$reports/editor.report")"
  row '"both",0,0,0,0,0,0,0,"B: it does not compile: the compiler does not say why; A'
  row '"two",0,0,0,0,0,0,0,"B: there are 2 files named lazycopy*.c; A: there is no letsbefriends.c"'
  row '"hidden",0,0,0,0,0,0,0,"B: there is no lazycopy.c, except in hidden directories, which are left out; A: there is no letsbefriends.c"'
}

# The other part, right but sloppy, and C by a name that would be C++. Every line of its report is a heading or has a verdict, a
# name and a text, in fixed columns.
class_report() {
  class=$scratch/sloppy out=$scratch/sloppy.csv report=$scratch/sloppy.reports/bob.report
  mkdir -p "$class/bob/a/b"
  cp partB/handout/handout.c "$class/bob/a/b/handout.c"
  sed 's|"../../handout/handout.c"|"handout.c"|' partB/grade/mutants/sloppy.c >"$class/bob/a/b/LAZYCOPY.C"
  grade_class || fail "$(cat "$scratch/err")"
  row "\"bob\",0,60,0,60,$(required B),0,0,\"A: there is no letsbefriends.c\","
  ! grep -v -E '^#|^(pass|FAIL|undecided|note) +([a-z]+[.][a-z-]+|builds) +[^ ]' "$report" || fail 'a line in another form'
  for note in gnu-source include warnings main; do
    grep -q "^note *note.$note " "$report" || fail "no note.$note: $(cat "$report")"
  done
}

# again: once more, by a compiler that compiles nothing. Reports of before have a mark.
again() {
  for name in a b c; do echo '# mark' >>"$reports/$name.report"; done
  grade_class || fail "$1: $(cat "$scratch/err")"
  shift
  graded=''
  for name in a b c; do grep -q '^# mark' "$reports/$name.report" || graded="$graded $name"; done
  [ "$graded" = "${*:+ $*}" ] || fail "graded again:$graded, not $*"
}

# The second student's compiler interrupts the grading, so that the third has to wait. Then it goes
# on: who has changed a file is graded again, whatever file it is, and all are by another compiler.
class_goes_on() {
  class=$scratch/stopped out=$scratch/stopped.csv reports=$scratch/stopped.reports
  mkdir -p "$class/a" "$class/b" "$class/c"
  : | tee "$class/a/mine.h" "$class/a/messages.inc" >"$class/b/letsbefriends.c"
  printf '#!/bin/sh\necho compiler 1\ncase $* in *-M*) read -r pid <"%s" && kill "$pid" ;; esac\nexit 1\n' "$scratch/pid" >"$scratch/cc"
  chmod +x "$scratch/cc"
  export CC="$scratch/cc"
  "$within" 60 sh -c 'echo $$ >"$1" && shift && exec "$@"' - "$scratch/pid" \
    sh partB/grade/class.sh "$class" "$out" 1 '' --required >"$scratch/out" 2>"$scratch/err"
  status=$?
  rm "$scratch/pid"
  [ "$status" -eq 130 ] || fail "exit status $status: $(cat "$scratch/out" "$scratch/err")"
  [ -f "$reports/b.report" ] || fail 'the one that was being graded has no report'
  if [ -e "$reports/c.report" ] || [ -e "$out" ]; then fail 'it went on'; fi
  : >"$reports/c.report"
  again 'goes on' c
  row '"b",0,0,0,0,0,0,0,"B: there is no lazycopy.c; A: it does not compile'
  row '"c",0,0,0,0,0,0,0,"B: there is no lazycopy.c; A: there is no letsbefriends.c",not tried'
  again 'nothing has changed'
  echo '/* another try */' >"$class/a/mine.h"
  again 'a header' a
  echo '"another message",' >"$class/a/messages.inc"
  again 'a file of another name' a
  ln -s mine.h "$class/b/link.h"
  again 'a link' b
  sed -i 's/compiler 1/compiler 2/' "$scratch/cc"
  again 'another compiler' a b c
}

# What is written replaces a link, and leaves what it leads to.
class_links() {
  class=$scratch/links out=$scratch/links.csv reports=$scratch/links.reports
  mkdir -p "$class/a" "$reports"
  echo precious >"$scratch/precious"
  for file in "$out" "$reports/a.report" "$reports/a.sources" "$reports/a.json"; do ln -s "$scratch/precious" "$file"; done
  grade_class || fail "$(cat "$scratch/err")"
  for file in "$out" "$reports/a.report" "$reports/a.sources" "$reports/a.json"; do
    if [ -h "$file" ] || [ ! -s "$file" ]; then fail "$file is a link"; fi
  done
  [ "$(cat "$scratch/precious")" = precious ] || fail 'a link was followed'
  [ -z "$(find "$scratch" "$reports" -maxdepth 1 -name '.grade.*')" ] || fail 'a file is left over'
  mv "$reports" "$scratch/elsewhere" && ln -s elsewhere "$reports"
  refuses 'links.reports is a link' "$class" "$out" 1
  mkfifo "$scratch/pipe"
  refuses 'pipe is no file' "$class" "$scratch/pipe" 1
}

run_all class_ refuses rows names cases report goes_on links
