#!/bin/sh
# Healthy programs are left alone: with the library preloaded, what they print,
# their standard error and their exit status are the same as without. Programs
# that are not installed are skipped. Run from the top directory.
. partA/tests/check.sh

library=$PWD/partA/libletsbefriends.so
within=$PWD/partB/build/harness/within
[ -z "$EMULATOR" ] || {
  echo "skipped healthy: the programs of this system cannot load a library for another processor"
  exit 0
}

# Debug information is not looked for on the network, and pids and addresses may differ.
unset DEBUGINFOD_URLS
export LC_ALL=C HOME="$scratch"

# unaffected COMMAND [ARGUMENT...]: compares a run with a run without
unaffected() {
  # An environment of the same size, so that addresses on the stack are the same as well.
  "$within" 60 env XX_PRELOAD="$library" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null && status=0 || status=$?
  "$within" 60 env LD_PRELOAD="$library" "$@" >"$scratch/out2" 2>"$scratch/err2" </dev/null && status2=0 || status2=$?
  equal "$status" "$status2"
  for file in "$scratch"/out "$scratch"/err "$scratch"/out2 "$scratch"/err2; do
    sed -e 's/==[0-9][0-9]*==/==PID==/' -e 's/process [0-9][0-9]*/process PID/' "$file" >"$file.plain"
  done
  diff "$scratch/out.plain" "$scratch/out2.plain"
  diff "$scratch/err.plain" "$scratch/err2.plain"
}

needs() {
  command -v "$1" >/dev/null || skip "$1 is not installed"
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

test_python() {
  needs python3
  unaffected python3 -c 'import subprocess, threading; t = threading.Thread(target=print, args=("thread",)); t.start(); t.join(); print(subprocess.run(["false"]).returncode)'
}

# Python's faulthandler keeps its place: it speaks first, and then gives way to the handler before it.
test_own_handler_of_python() {
  needs python3
  "$within" 60 env LD_PRELOAD="$library" python3 -X faulthandler -c 'import os; os.kill(os.getpid(), 11)' 2>"$scratch/err" &&
    status=0 || status=$?
  equal 139 "$status"
  contains "$(head -1 "$scratch/err")" '^Fatal Python error: Segmentation fault'
  contains "$(cat "$scratch/err")" '^What happened: python3 sent itself SIGSEGV'
}

test_node() {
  needs node
  unaffected node -e 'console.log([3, 1, 2].sort()); setTimeout(() => process.exit(4), 1)'
}

test_java() {
  needs java
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
  needs gdb
  unaffected gdb -q -nx -batch -ex 'set startup-with-shell off' -ex 'break main' -ex run -ex continue partA/build/tests/by_signal
}

test_valgrind() {
  needs valgrind
  unaffected valgrind --leak-check=full partA/build/tests/by_signal
}

test_ignored_stays_ignored() {
  unaffected sh -c "trap '' SEGV; sh -c 'kill -SEGV \$\$; echo alive'"
  equal alive "$(cat "$scratch/out2")"
}

run_tests preload_works facts shells ls tar git compiler make perl python own_handler_of_python node java \
  own_report_of_java gdb valgrind ignored_stays_ignored
