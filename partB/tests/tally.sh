#!/bin/sh
# Runs each command given as an argument, shows what it prints, and ends with
# the line "N passed, N failed" (", N skipped" if any were). The commands print a
# line for each test: "ok NAME", "FAILED NAME" or "skipped NAME". A command that
# fails without a FAILED line counts as a failed test itself.
log=$(mktemp) || exit 1
trap 'rm -f "$log" "$log.one"' EXIT
for command in "$@"; do
  { sh -c "$command" 2>&1; echo "$?" >"$log.status"; } | tee "$log.one"
  read -r status <"$log.status"
  rm -f "$log.status"
  if [ "$status" -ne 0 ] && ! grep -q '^FAILED ' "$log.one"; then
    echo "FAILED  $command: exit status $status" | tee -a "$log.one"
  fi
  cat "$log.one" >>"$log"
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
line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" -eq 0 ]
