#!/bin/sh
# hurry.sh [CRASHES]: crashes of the zoo, 1,000 if it is not said how many, while four
# endless loops run on each core. Counts how many reports have their line, and how many
# say why not. Not part of make check: it takes minutes. Run from the top directory.

crashes=${1:-1000}
loops=$(($(nproc) * 4))
report=$(mktemp) || exit 1
pids=
while [ "$loops" -gt 0 ]; do
  (while :; do :; done) &
  pids="$pids $!"
  loops=$((loops - 1))
done
# shellcheck disable=SC2064,SC2086 # the pids of now, several words
trap "kill $pids; rm -f '$report'" EXIT

left=$crashes
while [ "$left" -gt 0 ]; do
  partA/build/tests/zoo in_strlen 2>>"$report"
  left=$((left - 1))
done
echo "crashes:                    $crashes"
echo "with what happened:         $(grep -c '^What happened: ' "$report")"
echo "with caller and line:       $(grep -c '^Where: in strlen, called from in_strlen at .*zoo_moments\.c:[0-9]' "$report")"
echo "which say that time ran out: $(grep -c 'time ran out' "$report")"
