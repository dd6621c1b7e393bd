#!/bin/sh
# Tests of copytest as a whole program. Run from the top of the tree.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317
. partB/harness/shelltest.sh
copytest=partB/copytest
broken=partB/build/tester/copytest_broken

copytest_matches() {
  try 0 "$copytest" --chunks 10 --runs 2
  tail -n 1 "$scratch/out" | grep -qx 'OK: the values match' || fail "the last line is not OK"
  for row in copy read write memory; do
    grep -Eq "^$row +[0-9.]+ [a-zA-Z]+ +[0-9.]+ [a-zA-Z]+   [0-9.]+ times (faster|slower|smaller|larger)$" \
      "$scratch/out" || fail "no row $row: $(cat "$scratch/out")"
  done
}

# Another column, and other lines of CSV; nothing else changes.
copytest_takes_snapshots() {
  try 0 "$copytest" --snapshot --chunks 10 --runs 3 --csv "$scratch/csv"
  tail -n 1 "$scratch/out" | grep -qx 'OK: the values match' || fail "the last line is not OK"
  grep -Eq '^ +eager +lazy +snapshot   lazy is +snapshot is$' "$scratch/out" || fail "no column: $(cat "$scratch/out")"
  for row in copy read write memory; do
    grep -Eq "^$row( +[0-9.]+ [a-zA-Z]+){3}( +[0-9.]+ times (faster|slower|smaller|larger)){2}$" \
      "$scratch/out" || fail "no row $row: $(cat "$scratch/out")"
  done
  [ "$(grep -Ec '^snapshot,(copy|read|write),10,100,[123],[0-9]+\.[0-9]+$' "$scratch/csv")" -eq 9 ] || fail "no figures"
  [ "$(wc -l <"$scratch/csv")" -eq 28 ] || fail "not 28 lines"
  try 1 env BROKEN=snapshot "$broken" --chunks 10 --snapshot
  grep -q '[0-9]* after eager copying, [0-9]* after snapshot$' "$scratch/err" || fail "it is not said that it is the snapshot"
  try 0 env BROKEN=snapshot "$broken" --chunks 10 --quiet
}

copytest_tells_a_difference() {
  try 1 "$broken" --chunks 10 --runs 1
  tail -n 1 "$scratch/out" | grep -q '^FAILED' || fail "the last line is not FAILED"
  grep -Eq '(copy|original) [0-9]+ differs at offset [0-9]+' "$scratch/err" || fail "it is not said where"
  try 1 "$broken" --chunks 10 --runs 1 --quiet
}

copytest_tells_a_crash() {
  try 1 env BROKEN=crash "$broken" --chunks 10
  one_line_about 'signal 11'
}

copytest_tells_lack_of_memory() {
  try 2 env BROKEN=memory "$broken" --chunks 10
  one_line_about 'not enough memory'
  try 2 "$copytest" --chunks 1000000000
  one_line_about '--chunks 1000000000'
}

copytest_refuses_bad_usage() {
  for number in 0 -1 x 1x ' 1' 1.5 '' 99999999999999999999; do
    try 2 "$copytest" --chunks "$number"
    one_line_about "'$number'"
    [ ! -s "$scratch/out" ] || fail "something on standard output"
  done
  try 2 "$copytest" --runs 0
  one_line_about "runs.*'0'"
  try 2 "$copytest" --writes many
  one_line_about "writes.*'many'"
  try 2 "$copytest" --seed 0x1
  one_line_about "seed.*'0x1'"
  try 2 "$copytest" --nonsense
  one_line_about nonsense
  try 2 "$copytest" --chunks
  one_line_about chunks
  try 2 "$copytest" 100
  one_line_about 100
  try 2 "$copytest" --csv /nonexistent/file
  one_line_about /nonexistent/file
}

copytest_writes_csv() {
  try 0 "$copytest" --chunks 8 --writes 7 --runs 2 --csv "$scratch/csv"
  [ "$(head -n 1 "$scratch/csv")" = method,phase,chunks,writes,run,us ] || fail "wrong header"
  for method in eager lazy; do
    for phase in copy read write; do
      for run in 1 2; do
        grep -Eq "^$method,$phase,8,7,$run,[0-9]+\.[0-9]+$" "$scratch/csv" || fail "no $method,$phase,..,$run"
      done
    done
  done
  [ "$(wc -l <"$scratch/csv")" -eq 13 ] || fail "not 13 lines"
  try 0 "$copytest" --chunks 8 --runs 2 --csv -
  ! grep -v ',' "$scratch/out" || fail "standard output is not all CSV"
  tail -n 1 "$scratch/err" | grep -q '^OK' || fail "no table on standard error"
}

copytest_is_quiet() {
  try 0 "$copytest" --chunks 8 --runs 1 --quiet
  [ ! -s "$scratch/out" ] || fail "it said something: $(cat "$scratch/out")"
  [ ! -s "$scratch/err" ] || fail "it said something: $(cat "$scratch/err")"
}

copytest_helps() {
  try 0 "$copytest" --help
  for option in chunks writes runs seed snapshot csv quiet show html help; do
    grep -q -e "--$option" "$scratch/out" || fail "--$option is missing"
    grep -q "Fl Fl $option" partB/tester/copytest.1 || fail "--$option is missing from the man page"
  done
}

# ---- Mishaps: one clear line, exit status 2, nothing half-written ----

copytest_notices_a_full_disk() {
  [ -e /dev/full ] || skip "no /dev/full"
  for options in '--chunks 2 --runs 1' --show --help '--chunks 2 --runs 1 --csv -'; do
    # shellcheck disable=SC2086 # several words
    "$within" 60 "$copytest" $options >/dev/full 2>"$scratch/err"
    [ $? -eq 2 ] || fail "$options: no exit status 2"
    grep '^copytest:' "$scratch/err" >"$scratch/said" # the table of --csv - is on standard error
    mv "$scratch/said" "$scratch/err"
    one_line_about 'No space left'
  done
  try 2 "$copytest" --chunks 2 --runs 1 --csv /dev/full
  one_line_about '/dev/full: No space left'
}

# A limit on the size of files stands for a disk that is full after a while.
copytest_leaves_no_part_of_a_file() {
  # shellcheck disable=SC2016 # for the shell with the limit
  try 2 sh -c 'trap "" XFSZ; ulimit -f 1; exec "$0" --chunks 1 --writes 0 --runs 6 --csv "$1"' "$copytest" "$scratch/part"
  one_line_about "$scratch/part: File too large"
  [ ! -e "$scratch/part" ] || fail "a part of the file is left"
}

copytest_refuses_a_directory() {
  try 2 "$copytest" --csv "$scratch"
  one_line_about "$scratch: Is a directory"
  try 2 "$copytest" --csv ''
  one_line_about 'No such file'
  [ ! -s "$scratch/out" ] || fail "it ran before it looked"
}

# With standard output closed, the file must not be taken for it.
copytest_keeps_closed_streams_apart() {
  # shellcheck disable=SC2016 # for the shell that closes
  try 2 sh -c '"$0" --chunks 2 --runs 1 --csv "$1" >&-' "$copytest" "$scratch/apart"
  one_line_about 'standard output'
  [ "$(wc -l <"$scratch/apart")" -eq 7 ] || fail "in the file is: $(cat "$scratch/apart")"
  # shellcheck disable=SC2016
  try 0 sh -c '"$0" --chunks 2 --runs 1 --csv "$1" <&- 2>&-' "$copytest" "$scratch/apart"
}

# As other programs end when nobody reads on: by SIGPIPE. The pipe has had a reader,
# so that it could be opened.
copytest_ends_with_its_reader() {
  mkfifo "$scratch/pipe"
  exec 3<>"$scratch/pipe"
  exec 4>"$scratch/pipe" 3<&-
  for options in --show '--chunks 2 --runs 1' '--chunks 2 --runs 1 --csv -'; do
    # shellcheck disable=SC2016,SC2086 # for the shell; several words
    try 141 sh -c '"$0" "$@" >&4; exit $?' "$copytest" $options
    ! grep '^copytest:' "$scratch/err" || fail "it complains"
  done
}

# By SIGTERM, as a shell's background ignores Ctrl-C. The file of before is as it
# was, and no run goes on.
copytest_interrupted() {
  echo before >"$scratch/kept"
  BROKEN=slow "$broken" --chunks 100 --runs 2 --csv "$scratch/kept" >"$scratch/out" 2>"$scratch/err" &
  pid=$!
  children=/proc/$pid/task/$pid/children
  [ -e "$children" ] || skip "this kernel does not tell the children of a process"
  until read -r run _ <"$children"; [ -n "$run" ]; do kill -0 "$pid" || fail "it ended: $(cat "$scratch/err")"; done
  kill -TERM "$pid"
  wait "$pid"
  status=$?
  [ "$status" -eq 143 ] || fail "exit status $status"
  # shellcheck disable=SC2016 # for the other shell
  "$within" 5 sh -c 'while grep -q "^State:.[^Z]" "$0" 2>/dev/null; do sleep 0.1; done' "/proc/$run/status" 2>/dev/null ||
    fail "a run goes on"
  [ "$(cat "$scratch/kept")" = before ] || fail "the file was changed"
  [ ! -s "$scratch/err" ] || fail "it said: $(cat "$scratch/err")"
}

# After a second. The line of progress is rewritten in place, which works only if it is
# one line, here on a terminal of 40 columns.
copytest_shows_progress() {
  on_terminal "stty cols 40; BROKEN=slow $broken --chunks 1 --runs 5"
  grep -q 'run [0-9]* of 5: [0-9]*%' "$scratch/out" || fail "no progress on a terminal"
  tr '\r' '\n' <"$scratch/out" | grep '%' | sed 's/\x1b\[K//g' >"$scratch/progress"
  ! grep -E '.{40}' "$scratch/progress" || fail "progress is too wide"
  try 0 env BROKEN=slow "$broken" --chunks 1 --runs 5
  [ ! -s "$scratch/err" ] || fail "progress without a terminal: $(cat "$scratch/err")"
}

# The picture in each step is the state that the kernel and the library report.
copytest_shows_sharing() {
  try 0 "$copytest" --show
  LC_ALL=C grep -q '[^ -~]' "$scratch/out" && fail "not plain ASCII"
  steps=$(grep -c '^[0-9]\. ' "$scratch/out")
  [ "$steps" -eq 7 ] || fail "$steps steps, not 7"
  awk '/^2\. /,/Live/' "$scratch/out" >"$scratch/two"
  grep -q "r--  'A' .*r--  'A'" "$scratch/two" || fail "copying did not make both sides read-only"
  [ "$(grep -o 'frame  *[0-9]' "$scratch/two" | wc -l)" -eq 1 ] || fail "copying took a frame"
  awk '/^4\. /,/Live/' "$scratch/out" >"$scratch/four"
  grep -q "r--  'A' .*rw-  'B' .*r--  'A'" "$scratch/four" || fail "the write is not seen, or not where it was"
  [ "$(grep -o 'frame  *[0-9]' "$scratch/four" | wc -l)" -eq 2 ] || fail "the write took no frame"
  grep -q 'nothing was copied' "$scratch/out" || fail "the last sharer is not told"
}

copytest_colours_for_terminals_only() {
  escape=$(printf '\033')
  on_terminal "env -u NO_COLOR $copytest --show"
  grep -q "$escape\\[30;4" "$scratch/out" || fail "no colours on a terminal"
  on_terminal "NO_COLOR=1 $copytest --show"
  grep -q "$escape" "$scratch/out" && fail "colours in spite of NO_COLOR"
  try 0 "$copytest" --show
  grep -q "$escape" "$scratch/out" && fail "colours without a terminal"
  return 0
}

run_all copytest_ matches takes_snapshots tells_a_difference tells_a_crash tells_lack_of_memory refuses_bad_usage writes_csv \
  is_quiet helps notices_a_full_disk leaves_no_part_of_a_file refuses_a_directory keeps_closed_streams_apart \
  ends_with_its_reader interrupted shows_progress shows_sharing colours_for_terminals_only
