# shellcheck shell=sh disable=SC2034
# For shell tests; read with ". partB/harness/shelltest.sh". Each test is a
# function: "run_test NAME" calls it in a subshell and prints the line that
# partB/harness/tally.sh counts. TESTS, if set, names the tests to run.

failures=0
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# A copy, as some tests clean the tree; where it is not built, timeout(1) has the same arguments.
within=$scratch/within
cp partB/build/harness/within "$within" 2>/dev/null || within=timeout

run_test() {
  case " ${TESTS:-$1} " in *" $1 "*) ;; *) return 0 ;; esac
  why=$("$1" 2>&1)
  case $? in
    0) echo "ok      $1" ;;
    77) echo "skipped $1: $why" ;;
    *) echo "FAILED  $1: $why"; failures=1 ;;
  esac
}

# Both end the test that calls them.
fail() { echo "$*"; exit 1; }
skip() { echo "$*"; exit 77; }

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
