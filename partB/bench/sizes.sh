#!/bin/sh
# Measures chunks of other sizes: the library compiled again for each, in a copy of the sources,
# and one scenario of the benchmark with it, in turns. Writes rows as bench --csv does; x is the
# size of a chunk. From the top of the tree, with a C compiler and make:
#
#   sh partB/bench/sizes.sh [ROUNDS [SIZE...]] >partB/bench/sizes.csv
rounds=${1:-3}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- 4096 8192 16384 32768 65536 131072 262144 524288 1048576

give_up() {
  echo "sizes: $*" >&2
  exit 2
}

top=$PWD
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

build() {
  mkdir "$work/$1" && cp -R Makefile partA partB "$work/$1" && cd "$work/$1" || exit 2
  rm -rf partA/build partB/build partB/bench/bench partB/liblazycopy.a
  sed "s/^#define CHUNKSIZE .*/#define CHUNKSIZE $1/" "$top/partB/lazycopy.h" >partB/lazycopy.h
  make -s partB/bench/bench >&2 || give_up "chunks of $1 bytes cannot be built"
  cd "$top" || exit 2
}

for size; do build "$size"; done
round=0
while [ "$round" -lt "$rounds" ]; do
  for size; do
    (cd "$work/$size" && partB/bench/bench --csv "$work/$size.$round" chunk-size >&2) || give_up "chunks of $size bytes"
  done
  round=$((round + 1))
done

# Of the rounds, the median of the medians, and the smallest and the largest figure.
grep -h '^#' "$work/$1.0"
grep -h '^kind' "$work/$1.0"
for size; do cat "$work/$size".[0-9]*; done | grep '^figure' | sort -t, -k2,2 -k3,3 -k4,4n -k6,6g | awk -F, '
  function put() { if (n) printf "%s,%s,%.6g,%.6g,,\n", key, median[int((n + 1) / 2)], low, high }
  { now = $1 "," $2 "," $3 "," $4 "," $5 }
  now != key { put(); key = now; n = 0; low = $7; high = $8 }
  { median[++n] = $6; if ($7 < low) low = $7; if ($8 > high) high = $8 }
  END { put() }'
