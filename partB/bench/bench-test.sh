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

# Rings and restoring, freeing, and the size of a chunk: each way has its figures, a bar of a
# curve names the point.
bench_runs_rounds() {
  try 0 "$bench" --quick --csv "$scratch/csv" ring-64m-64 restore free-sparse free-wait chunk-size
  for row in 'ring-64m-64: copy,snapshot,10,us' 'ring-64m-64: copy,lazy,10,us' 'ring-64m-64: free,fork; a child kept for each,10,us' \
    'ring-64m-64: copy,memcmp and memcpy; one place,10,us' 'ring-64m-64: mappings,snapshot,10,count' \
    'restore: restore,snapshot,53687091,us' 'restore: restore,memfd; MADV_DONTNEED,53687091,us' \
    'restore: restore,bare: one mremap a chunk,53687091,us' 'restore: write and restore,fork; write; exit,53687091,us' \
    'free-sparse,freeing the block,0,us' 'free-wait,munmap of shared memory,0,us' 'chunk-size: memory,lazy,3276,bytes'; do
    grep -Eq "^figure,$row,[0-9.e+]*[1-9]" "$scratch/csv" || fail "no figure: $row"
  done
  for bar in 'ring-64m-64,mappings; 10 writes between two' 'ring-64m-64,chunk_copy_lazy / a snapshot; 10 writes between two' \
    'restore,restore / its bare system calls' 'restore,fork; write; exit / write and restore' \
    'free-sparse,freeing 64 GiB of which one page was touched / its lazy copy' 'free-wait,wait during chunks_free / during munmap'; do
    grep -Eq "^bar,$bar,,[a-z]+,[0-9.]*[1-9].*,(met|missed)$" "$scratch/csv" || fail "no bar: $bar"
  done
}

# Takes a copy of the sources, and gives the same rows for each size.
sizes_measures() {
  [ "$SCALE" = full ] || skip "compiles the library anew: set SCALE=full"
  try 0 sh partB/bench/sizes.sh 1 16384 131072
  for row in copy,lazy 'a write; on average,fork' memory,lazy; do
    for size in 16384 131072; do
      grep -q "^figure,chunk-size: $row,$size," "$scratch/out" || fail "no row: $row,$size"
    done
  done
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

# What the document says is what came with the sources.
tables_fit() {
  try 2 sh partB/bench/tables.sh /nonexistent/file
  one_line_about /nonexistent/file
  sh partB/bench/tables.sh partB/bench/results.csv <partB/README.md >"$scratch/now" || fail "it did not end well"
  cmp -s "$scratch/now" partB/README.md || fail "$(diff partB/README.md "$scratch/now")"
}

plot_draws() {
  try 2 sh partB/bench/plot.sh /nonexistent/file "$scratch"
  one_line_about /nonexistent/file
  [ "$SCALE" = full ] || skip "starts gnuplot: set SCALE=full"
  command -v gnuplot >/dev/null || skip "no gnuplot"
  try 0 sh partB/bench/plot.sh partB/bench/results.csv "$scratch"
  for picture in copy-time break-even first-write memory chunk-size; do
    grep -q '</svg>' "$scratch/$picture.svg" || fail "no $picture.svg"
  done
}

run_all '' bench_runs_scenarios bench_runs_rounds sizes_measures bench_says_what_failed bench_usage tables_fit plot_draws
