# shellcheck shell=sh
# Sourced by the tests of the wrapper partA/letsbefriends: runs it without what the environment sets for it.
# (The variables are for those tests; check.sh has made the scratch directory.)
# shellcheck disable=SC2034,SC2154
wrapper=partA/letsbefriends
plain=partA/build/tests/crasher
[ -z "$EMULATOR" ] || {
  echo "skipped wrapper: runs programs of this system only"
  exit 0
}
unset LETSBEFRIENDS_OPTIONS LD_PRELOAD

# run COMMAND...: what it prints in $out and $err, its status in $status
run() {
  err=$("$@" 2>&1 >"$scratch/out" </dev/null) && status=0 || status=$?
  out=$(cat "$scratch/out")
}
