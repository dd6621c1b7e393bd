#!/bin/sh
# Hosts that nobody here wrote: what each prints and how it ends are the same with the library as without.
# Those that are not installed are skipped. Run from the top directory.
# shellcheck disable=SC2016 # for the hosts
. partA/tests/check.sh

library=$PWD/partA/libletsbefriends.so
unset DEBUGINFOD_URLS
export LC_ALL=C HOME="$scratch"

# run VARIABLE COMMAND [ARGUMENT...]: with the library in that variable; the rest is in files of its name.
run() {
  variable=$1
  shift
  partB/build/harness/within 60 env "$variable=$library" "$@" >"$scratch/out.$variable" \
    2>"$scratch/err.$variable" </dev/null && status=0 || status=$?
  printf 'status %d\n' "$status" >>"$scratch/out.$variable"
}

# the_same COMMAND [ARGUMENT...]
the_same() {
  needs "$1"
  run XX_PRELOAD "$@"
  run LD_PRELOAD "$@"
  diff "$scratch/out.XX_PRELOAD" "$scratch/out.LD_PRELOAD"
  diff "$scratch/err.XX_PRELOAD" "$scratch/err.LD_PRELOAD"
}

test_host_bash() { the_same bash -c 'a=(3 1 2); printf "%s\n" "${a[@]}" | sort; (exit 7); echo $?; exit 5'; }
test_host_gawk() { the_same gawk 'BEGIN { for (i = 0; i < 9; i++) a[i % 4] += i; for (i in a) print i, a[i]; exit 3 }'; }
test_host_perl() { the_same perl -e 'my $p = fork; exit 4 if !$p; waitpid $p, 0; print $? >> 8, "\n"; local $SIG{SEGV} = sub { print "mine\n" }; kill SEGV => $$; die "x"'; }
test_host_python() { the_same python3 -c 'import threading, subprocess, signal
signal.signal(signal.SIGSEGV, lambda *_: print("mine"))
ts = [threading.Thread(target=lambda: sum(range(1000))) for _ in range(9)]
[t.start() for t in ts]; [t.join() for t in ts]
print(subprocess.run(["sh", "-c", "exit 6"]).returncode); signal.raise_signal(11); raise SystemExit(7)'; }
test_host_ruby() { the_same ruby -e 'ts = 5.times.map { |i| Thread.new { i * i } }; p ts.map(&:value); warn "w"; exit 3'; }
test_host_lua() { the_same lua5.4 -e 'local t = {}; for i = 1, 99 do t[i] = i * i end; print(#t, pcall(error, "x")); os.exit(3)'; }
test_host_php() { the_same php -n -r 'echo json_encode(array_map(fn($x) => $x ** 2, range(1, 9))), PHP_EOL; exit(3);'; }
test_host_tclsh() { echo 'puts [lsort {3 1 2}]; catch {error x} e; puts stderr $e; exit 3' >"$scratch/script.tcl"; the_same tclsh "$scratch/script.tcl"; }
test_host_node() { the_same node -e 'console.log([3, 1, 2].sort()); new (require("worker_threads").Worker)("process.exit(0)", { eval: true }).on("exit", () => process.exit(4))'; }
test_host_java() { the_same java -version; }
test_host_rustc() { the_same rustc --version; }
test_host_go() { the_same go version; }
test_host_sqlite3() { the_same sqlite3 :memory: 'create table t (a); insert into t values (1), (2); select sum(a) from t; nonsense'; }
test_host_vim() { the_same vim -e -s -u NONE -c 'put =sort([3, 1, 2])' -c '%print' -c 'cquit 3'; }
test_host_openssl() { the_same openssl dgst -sha256 README.md; }
test_host_curl() { the_same curl -sS "file://$PWD/partA/messages" file:///no/such/file; }
test_host_git() { the_same git -c safe.directory='*' log --oneline -3; }
test_host_clang() { the_same clang -O2 -S -o - partA/tests/by_signal.c; }
test_host_strace() { the_same strace -e trace=none -e signal=none sh -c 'exit 3'; }

run_tests host_bash host_gawk host_perl host_python host_ruby host_lua host_php host_tclsh host_node host_java \
  host_rustc host_go host_sqlite3 host_vim host_openssl host_curl host_git host_clang host_strace
