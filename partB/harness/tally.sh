#!/bin/sh
# Runs each command given as an argument, shows what it prints, and ends with
# the line "N passed, N failed" (", N skipped" if any were). The commands print a
# line for each test: "ok NAME", "FAILED NAME" or "skipped NAME". A command that
# fails without a FAILED line counts as a failed test itself. Where that is known, it
# says first how slow this machine is, by which all limits are multiplied, and in the end
# what all of it took.
export LC_ALL=C # the same words and order for everyone, and smaller processes

give_up() {
  echo "No tests: $1" >&2
  exit 2
}

[ -r /proc/self/maps ] || give_up '/proc is not mounted here, and they need it.'
log=$(mktemp 2>/dev/null) || give_up "no file can be made in ${TMPDIR:-/tmp}."
trap 'rm -f "$log" "$log".*' EXIT
trap 'exit 130' HUP INT TERM # the trap above is none for signals in every shell
dd if=/dev/zero of="$log.room" bs=65536 count=16 2>/dev/null || give_up "there is no room for a MiB in ${TMPDIR:-/tmp}; set TMPDIR."
# The loader divides LD_PRELOAD at blanks and colons, so that tests in such a place see another way to it.
case $PWD in *[\ :]*) ln -s "$PWD" "$log.tree" && cd "$log.tree" || exit ;; esac
if [ -z "$MACHINE_SLOWNESS" ] && MACHINE_SLOWNESS=$(partB/build/harness/within slowness 2>/dev/null); then
  is_first=yes # no tally of tallies
  export MACHINE_SLOWNESS
  echo "this machine: ${MACHINE_SLOWNESS% *} times slower than the reference, ${MACHINE_SLOWNESS#* } times with what goes on besides${SLOW:+; and SLOW=$SLOW}"
fi
for command in "$@"; do
  { sh -c "$command" 2>&1; echo "$?" >"$log.status"; } | tee "$log.one" || give_up "the room in ${TMPDIR:-/tmp} is used up."
  read -r status <"$log.status"
  rm -f "$log.status"
  if [ "$status" -ne 0 ] && ! grep -q '^FAILED ' "$log.one"; then
    echo "FAILED  $command: exit status $status" | tee -a "$log.one"
  fi
  cat "$log.one" >>"$log" || give_up "the room in ${TMPDIR:-/tmp} is used up."
done
passed=$(grep -c '^ok ' "$log")
failed=$(grep -c '^FAILED ' "$log")
skipped=$(grep -c '^skipped ' "$log")
if [ "$((passed + failed + skipped))" -eq 0 ]; then
  echo "no test is named ${TESTS:-so}" >&2
  failed=1
fi
if [ "$failed" -gt 0 ]; then
  echo
  sed -n 's,^FAILED ,  FAILED ,p' "$log" # indented: a tally of tallies counts each once
fi
if [ "$is_first" = yes ]; then
  times >"$log.times"
  sed -n '2s/^\([0-9.ms]*\) \([0-9.ms]*\)$/took \1 of processor time, and \2 in the kernel/p' "$log.times"
fi
line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" -eq 0 ]
