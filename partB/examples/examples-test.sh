#!/bin/sh
# Tests of the example programs. Run from the top of the tree.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2015
. partB/harness/shelltest.sh
examples=partB/examples
pitfalls=partB/handout

number_in() { sed -n "s/^$1 *\([0-9]*\).*/\1/p" "$scratch/out"; }

example_undo() {
  try 0 "$examples"/undo 8
  [ "$(grep -c '  as it was$' "$scratch/out")" -eq 3 ] || fail "not all is as it was: $(cat "$scratch/out")"
  eager=$(number_in 'eager copies would take') lazy=$(number_in 'the history takes')
  [ "$eager" -eq $((9 * 16)) ] || fail "eager copies would not take $eager MiB"
  [ "$lazy" -ge 16 ] && [ "$lazy" -lt $((eager / 4)) ] || fail "the history takes $lazy MiB, eagerly it is $eager"
}

example_undo_refuses_bad_usage() {
  for number in 0 1 x -5 5x 1001; do
    try 2 "$examples"/undo "$number"
    one_line_about "'$number'"
  done
}

example_save() {
  try 0 "$examples"/save "$scratch/saved"
  grep -qx 'the sum in the file is right' "$scratch/out" || fail "$(cat "$scratch/out")"
  [ "$(wc -c <"$scratch/saved")" -eq $((8 << 20)) ] || fail "the file has another size"
  grep -q '^5 more transfers changed [1-9][0-9]* of 128 chunks; with them the files are right$' "$scratch/out" ||
    fail "$(cat "$scratch/out")"
  [ "$(wc -c <"$scratch/saved.changes")" -le $((10 * (65536 + 8))) ] || fail "more was saved than has changed"
  [ ! -e "$scratch/saved.new" ] || fail "the temporary file is still there"
}

example_save_refuses_bad_usage() {
  try 2 "$examples"/save
  one_line_about 'file'
  try 2 "$examples"/save /nonexistent/file
  one_line_about '/nonexistent/file'
}

example_rollback() {
  try 0 "$examples"/rollback 2000
  grep -qx 'the tree is as it should be' "$scratch/out" || fail "$(cat "$scratch/out")"
  grep -q '^2000 steps: [1-9][0-9]* failed half way, [1-9][0-9]* were taken back later, [1-9]' "$scratch/out" ||
    fail "nothing was taken back: $(cat "$scratch/out")"
}

example_rollback_refuses_bad_usage() {
  for number in 0 x -5 5x 1000001; do
    try 2 "$examples"/rollback "$number"
    one_line_about "'$number'"
  done
}

# saw_zeros NUMBER: so many (a pattern) were seen by a reader that looked at least twice at each of the 400 copies.
saw_zeros() {
  read_often=$(sed -n "s/^saw a zero in $1 of \([0-9]*\) reads\$/\1/p" "$scratch/out")
  [ "${read_often:-0}" -ge 800 ]
}

# The library has none of these, except that read(2) must be asked for.
example_pitfalls() {
  try 0 "$pitfalls"/pitfalls torn
  saw_zeros '0' || fail "$(cat "$scratch/out")"
  try 0 "$pitfalls"/pitfalls limit
  grep -q '^all [14]0000 chunks have a lazy copy$' "$scratch/out" || fail "$(cat "$scratch/out")"
  try 0 "$pitfalls"/pitfalls read
  grep -qx 'read into a lazy copy: Bad address' "$scratch/out" || fail "$(cat "$scratch/out")"
  grep -qx 'read into it after a write to it: works' "$scratch/out" || fail "$(cat "$scratch/out")"
  try 2 "$pitfalls"/pitfalls nonsense
  one_line_about 'torn, limit or read'
}

# And the plain answer has them all.
example_pitfalls_of_the_handout() {
  for attempt in 1 2 3; do
    try 0 "$pitfalls"/pitfalls-handout torn
    ! saw_zeros '[1-9][0-9]*' || break
    [ "$attempt" -lt 3 ] || fail "no torn read: $(cat "$scratch/out")"
  done
  [ "$(cat /proc/sys/vm/max_map_count)" -le 65530 ] || skip "there may be as many mappings as that"
  try 0 "$pitfalls"/pitfalls-handout limit
  grep -q '^all 10000 ' "$scratch/out" && skip "32 bits: no address space for as many chunks as that"
  grep -q '^no more after 2[0-9]* lazy copies: .* memory$' "$scratch/out" || fail "$(cat "$scratch/out")"
}

run_all example_ undo undo_refuses_bad_usage save save_refuses_bad_usage rollback rollback_refuses_bad_usage \
  pitfalls pitfalls_of_the_handout
