#!/bin/sh
# Healthy programs are left alone: with the library preloaded, what they print,
# their standard error and their exit status are the same as without. Programs
# that are not installed are skipped. Run from the top directory.
. partA/tests/check.sh

library=$PWD/partA/libletsbefriends.so
[ -z "$EMULATOR" ] || {
  echo "skipped healthy: the programs of this system cannot load a library for another processor"
  exit 0
}

# Debug information is not looked for on the network, and pids and addresses may differ.
unset DEBUGINFOD_URLS
out=$scratch/out.LD_PRELOAD err=$scratch/err.LD_PRELOAD
export LC_ALL=C HOME="$scratch"

# run VARIABLE COMMAND [ARGUMENT...]: with the library in that variable, and a limit of processor
# time. What it prints is in files, which have that name too.
run() {
  variable=$1
  shift
  partB/build/harness/within 60 env "$variable=$library" "$@" >"$scratch/out.$variable" \
    2>"$scratch/err.$variable" </dev/null && status=0 || status=$?
}

# unaffected COMMAND [ARGUMENT...]: compares a run with a run without
unaffected() {
  # An environment of the same size, so that addresses on the stack are the same as well.
  run XX_PRELOAD "$@"
  status1=$status
  run LD_PRELOAD "$@"
  equal "$status1" "$status"
  diff "$scratch/out.XX_PRELOAD" "$out"
  diff "$scratch/err.XX_PRELOAD" "$err"
}

# The same for a program that takes much memory.
needs_large() {
  [ "$SCALE" = full ] || skip "starts $1: set SCALE=full"
  needs "$1"
}

# Fails if the library does not get into the programs compared here: nothing would be shown.
test_preload_works() {
  sh -c 'kill -SEGV $$' 2>"$scratch/without" && status=0 || status=$?
  equal 139 "$status"
  LD_PRELOAD=$library sh -c 'kill -SEGV $$' 2>"$scratch/with" && status=0 || status=$?
  equal 139 "$status"
  contains "$(cat "$scratch/with")" '^What happened: sh sent itself SIGSEGV'
}

test_facts() {
  unaffected partA/build/tests/facts
  equal 3 "$status"
}

test_shells() {
  for shell in sh dash bash busybox; do
    command -v $shell >/dev/null || continue
    [ $shell = busybox ] && shell='busybox sh'
    # shellcheck disable=SC2086,SC2016
    unaffected $shell -c 'x=$(echo a | tr a b); echo $x >&2; for i in 1 2 3; do (exit $i); done; exit 5'
  done
}

test_ls() {
  unaffected ls -la partA/tests /etc /nonexistent
}

test_tar() {
  needs tar
  unaffected sh -c 'tar -cf - partA/tests | tar -tf -'
}

test_git() {
  needs git
  unaffected sh -c 'git -c safe.directory="*" log --oneline -5; git -c safe.directory="*" status --short partA/part.mk; git nonsense'
}

test_compiler() {
  needs "${CC:-cc}"
  unaffected sh -c "${CC:-cc} -O2 -S -o - partA/tests/by_signal.c; echo nonsense | ${CC:-cc} -xc -"
}

test_make() {
  unaffected make -n -B partA/tester/tester
}

test_perl() {
  needs perl
  # shellcheck disable=SC2016
  unaffected perl -e 'print join(",", map { $_ ** 2 } 1 .. 10), "\n"; warn "w"; exit 3'
}

# The program itself, once: python3 may be a script that looks for it.
need_python() {
  needs_large python3
  [ -e "$scratch/python" ] || python3 -c 'import sys; print(sys.executable)' >"$scratch/python"
  read -r python <"$scratch/python"
}

test_python() {
  need_python
  unaffected "$python" -c 'import subprocess, threading; t = threading.Thread(target=print, args=("thread",)); t.start(); t.join(); print(subprocess.run(["false"]).returncode)'
}

# Python's faulthandler keeps its place: it speaks first, and then gives way to the handler before it.
test_own_handler_of_python() {
  need_python
  run LD_PRELOAD "$python" -X faulthandler -c 'import os; os.kill(os.getpid(), 11)'
  equal 139 "$status"
  contains "$(head -1 "$err")" '^Fatal Python error: Segmentation fault'
  contains "$(cat "$err")" '^What happened: python[0-9.]* sent itself SIGSEGV'
}

test_node() {
  needs_large node
  unaffected node -e 'console.log([3, 1, 2].sort()); setTimeout(() => process.exit(4), 1)'
}

test_java() {
  needs_large java
  unaffected java -version
}

# Java passes a crash on to the handler before its own, and would then not report it itself.
test_own_report_of_java() {
  cp partA/build/tests/crasher "$scratch/java"
  LD_PRELOAD=$library "$scratch/java" 2>"$scratch/err" && status=0 || status=$?
  equal 139 "$status"
  lacks "$(cat "$scratch/err")" '^What happened'
}

test_gdb() {
  needs_large gdb
  run LD_PRELOAD gdb -q -nx -batch -ex 'set startup-with-shell off' -ex 'break main' -ex run -ex continue partA/build/tests/by_signal
  lacks "$(cat "$err")" '[Tt]race' || skip 'gdb may trace no processes here'
  contains "$(cat "$out")" '^Breakpoint 1, main'
  contains "$(cat "$out")" 'exited with code 02'
}

test_valgrind() {
  needs_large valgrind
  run LD_PRELOAD valgrind --leak-check=full partA/build/tests/by_signal
  lacks "$(cat "$err")" 'Fatal error at startup' || skip 'valgrind does not start here'
  equal 2 "$status"
  contains "$(cat "$err")" 'ERROR SUMMARY: 0 errors from 0 contexts'
  contains "$(cat "$err")" 'All heap blocks were freed'
  # A crash there is told as anywhere.
  run LD_PRELOAD valgrind partA/build/tests/crasher
  contains "$(cat "$err")" '^What happened: crasher tried to write to address 0x55'
}

test_ignored_stays_ignored() {
  unaffected sh -c "trap '' SEGV; sh -c 'kill -SEGV \$\$; echo alive'"
  equal alive "$(cat "$out")"
}

run_tests preload_works facts shells ls tar git compiler make perl python own_handler_of_python node java \
  own_report_of_java gdb valgrind ignored_stays_ignored
