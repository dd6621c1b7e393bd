#!/bin/sh
# Tests of the benchmark and of make plot as whole programs; what they measure is
# not tested. Run from the top of the tree.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317
. partB/harness/shelltest.sh
bench=partB/bench/bench

bench_runs_scenarios() {
  try 0 "$bench" --quick --scenario alloc-free --scenario whole-chunk --csv "$scratch/csv"
  for text in 'Processor: ' 'Kernel: ' 'Pages: ' '^whole-chunk: ' '^alloc-free: ' '^  chunk_free .* [nu]s  *(.* to .*)' \
    "^  whole-chunk  *lazy's write of a whole chunk / kernel's  *[0-9.]* x  <= 0.60 x  *\(met\|missed\)$" '[0-9]* of 3 met'; do
    grep -q "$text" "$scratch/out" || fail "not printed: $text"
  done
  grep -q '^gigabyte' "$scratch/out" && fail "a scenario that was not asked for"
  grep -v '^#' "$scratch/csv" >"$scratch/rows"
  [ "$(head -n 1 "$scratch/rows")" = kind,scenario,name,x,unit,median,low,high,bar,verdict ] || fail "wrong header"
  [ "$(awk -F, 'NF != 10' "$scratch/rows")" = '' ] || fail "rows of another width: $(cat "$scratch/rows")"
  [ "$(grep -c '^bar,' "$scratch/rows")" -eq 3 ] || fail "not 3 bars: $(cat "$scratch/rows")"
  grep -Eq '^figure,whole-chunk,lazy,65536,us,[0-9.]+,[0-9.]+,[0-9.]+,,$' "$scratch/rows" || fail "no figure"
}

bench_writes_csv_to_standard_output() {
  try 0 "$bench" --quick --scenario alloc-free --csv -
  grep -v '^#' "$scratch/out" | grep -v , && fail "standard output is not all CSV"
  grep -q 'chunk_alloc' "$scratch/err" || fail "no table on standard error"
}

bench_lists_scenarios() {
  try 0 "$bench" --list
  [ "$(wc -l <"$scratch/out")" -ge 18 ] || fail "too few: $(cat "$scratch/out")"
  try 0 "$bench" --help
  for option in scenario quick csv list help; do
    grep -q -e "--$option" "$scratch/out" || fail "--$option is missing"
  done
}

bench_refuses_bad_usage() {
  try 2 "$bench" --scenario one-chunk,nonsense
  one_line_about "'nonsense'"
  try 2 "$bench" --nonsense
  one_line_about nonsense
  try 2 "$bench" 100
  one_line_about "'100'"
  try 2 "$bench" --csv /nonexistent/file
  one_line_about /nonexistent/file
}

plot_needs_gnuplot() {
  try 2 sh partB/bench/plot.sh --gnuplot /nonexistent/gnuplot
  one_line_about gnuplot
  try 2 sh partB/bench/plot.sh --csv /nonexistent/file
  one_line_about /nonexistent/file
}

plot_draws() {
  command -v gnuplot >/dev/null || skip "no gnuplot"
  echo '# Processor: one' >"$scratch/csv"
  for scenario in copy-size break-even first-write-live memory; do
    for method in lazy handout eager; do
      printf 'figure,%s,%s,65536,us,100,90,200,,\nfigure,%s,%s,1048576,us,300,200,400,,\n' \
        "$scenario" "$method" "$scenario" "$method" >>"$scratch/csv"
    done
  done
  try 0 sh partB/bench/plot.sh --csv "$scratch/csv" --to "$scratch"
  for picture in copy-time break-even first-write memory; do
    grep -q '</svg>' "$scratch/$picture.svg" || fail "no $picture.svg"
  done
}

for name in bench_runs_scenarios bench_writes_csv_to_standard_output bench_lists_scenarios bench_refuses_bad_usage \
  plot_needs_gnuplot plot_draws; do
  run_test "$name"
done
exit "$failures"
