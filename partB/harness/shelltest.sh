# shellcheck shell=sh disable=SC2034
# For shell tests; read with ". partB/harness/shelltest.sh". Each test is a
# function: "run_test NAME" calls it in a subshell and prints the line that
# partB/harness/tally.sh counts. TESTS, if set, names the tests to run.

failures=0
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' HUP INT TERM # the trap above is none for signals in every shell

# A copy, as some tests clean the tree; where it is not built, timeout(1) has the same arguments.
within=$scratch/within
cp partB/build/harness/within "$within" 2>/dev/null || within=timeout

# run_test NAME [COMMAND...]: the command is a function of that name if none is given.
run_test() {
  name=$1
  case " ${TESTS:-$name} " in *" $name "*) ;; *) return 0 ;; esac
  [ $# -eq 1 ] || shift
  why=$("$@" 2>&1)
  status=$?
  case $status in
    0) echo "ok      $name" ;;
    77) show_why skipped ;;
    *) show_why 'FAILED ' && failures=1 ;;
  esac
}

# Lines behind the first are not taken for those of other tests.
show_why() { printf '%s %s: %s\n' "$1" "$name" "$why" | sed '2,$s/^/    /'; }

# run_all PREFIX NAME...: runs the functions PREFIXNAME, as the last thing that a script does.
run_all() {
  prefix=$1
  shift
  for test; do run_test "$prefix$test"; done
  exit "$failures"
}

# All end the test that calls them; needs does if a program is not installed.
fail() { echo "$*"; exit 1; }
skip() { echo "$*"; exit 77; }
needs() { command -v "$1" >/dev/null || skip "$1 is not installed"; }

# try STATUS COMMAND...: runs a command with a limit of processor time; its output is
# in $scratch/out and $scratch/err afterwards. Fails if the exit status is another.
try() {
  expected=$1
  shift
  "$within" 60 "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
  status=$?
  [ "$status" -eq "$expected" ] || fail "$*: exit status $status, not $expected: $(cat "$scratch/err")"
}

# One line on standard error, which names the thing that is wrong.
one_line_about() {
  { read -r _ && ! read -r _; } <"$scratch/err" || fail "not one line on standard error: $(cat "$scratch/err")"
  grep -q -e "$1" "$scratch/err" || fail "'$1' is not named: $(cat "$scratch/err")"
}

# Runs a shell command on a terminal of its own; the output is in $scratch/out.
on_terminal() {
  command -v script >/dev/null || skip "no script(1) to make a terminal"
  TERM=xterm "$within" 60 script -qec "$1" "$scratch/out" >/dev/null </dev/null || fail "$1 failed"
}
