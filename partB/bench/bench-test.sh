#!/bin/sh
# Tests of the benchmark and of make plot as whole programs; what they measure is
# not tested. Run from the top of the tree.
# shellcheck source=partB/harness/shelltest.sh disable=SC2086,SC2317
. partB/harness/shelltest.sh
bench=partB/bench/bench

bench_runs_scenarios() {
  try 0 "$bench" --quick --csv "$scratch/csv" alloc-free whole-chunk
  for text in 'Processor: ' 'Kernel: ' 'Pages: ' '^whole-chunk: ' '^alloc-free: ' '^  chunk_free .* [nu]s  *(.* to .*)' \
    "^  lazy's write of a whole chunk / kernel's  *[0-9.]* x  <= 0.60 x  *\(met\|missed\)$" '[0-9]* of 3 met, 0 not measured'; do
    grep -q "$text" "$scratch/out" || fail "not printed: $text"
  done
  grep -q '^gigabyte' "$scratch/out" && fail "a scenario that was not asked for"
  grep -v '^#' "$scratch/csv" >"$scratch/rows"
  [ "$(head -n 1 "$scratch/rows")" = kind,scenario,name,x,unit,median,low,high,bar,verdict ] || fail "wrong header"
  [ "$(awk -F, 'NF != 10' "$scratch/rows")" = '' ] || fail "rows of another width: $(cat "$scratch/rows")"
  [ "$(grep -c '^bar,' "$scratch/rows")" -eq 3 ] || fail "not 3 bars: $(cat "$scratch/rows")"
  grep -Eq '^figure,whole-chunk,lazy,0,us,[0-9.]+,[0-9.]+,[0-9.]+,,$' "$scratch/rows" || fail "no figure"
}

# What a racer cannot do is said in its row, and its bars are not measured.
bench_says_what_failed() {
  top=$PWD
  cd "$scratch" || exit 1
  try 0 "$top/$bench" --csv csv idle
  grep -q '^  a program that does nothing  *partB/build/bench/nothing: No such file' out || fail "$(cat out)"
  grep -q '3 not measured' out || fail "$(cat out)"
  [ "$(grep -c '^bar,idle,.*,not measured$' csv)" -eq 3 ] || fail "$(cat csv)"
}

bench_usage() {
  try 0 "$bench" --help
  for word in --quick --csv --help one-chunk start-up; do
    grep -q -e "^  $word " "$scratch/out" || fail "$word is missing"
  done
  for wrong in 'one-chunk nonsense' --nonsense '--csv /nonexistent/file'; do
    try 2 "$bench" $wrong
    one_line_about "${wrong##*[- ]}"
  done
}

plot_draws() {
  try 2 sh partB/bench/plot.sh /nonexistent/file "$scratch"
  one_line_about /nonexistent/file
  [ "$SCALE" = full ] || skip "starts gnuplot: set SCALE=full"
  command -v gnuplot >/dev/null || skip "no gnuplot"
  try 0 sh partB/bench/plot.sh partB/bench/results.csv "$scratch"
  for picture in copy-time break-even first-write memory; do
    grep -q '</svg>' "$scratch/$picture.svg" || fail "no $picture.svg"
  done
}

run_all '' bench_runs_scenarios bench_says_what_failed bench_usage plot_draws
