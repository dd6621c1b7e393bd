#!/bin/sh
# times.sh [ROUNDS]: how long a program that crashes takes from start to exit, in
# milliseconds: the median of 15 rounds, or as many as it is said, of 10 crashes each. The
# ways of reporting take turns. Not part of make check: nothing can fail. Run from the
# top directory.

rounds=${1:-15}
library=$PWD/partA/libletsbefriends.so
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
${CC:-cc} -g -o "$scratch/crasher" partA/tests/crasher.c || exit 1

# crashes NAME LIBRARY OPTIONS: ten
crashes() {
  left=10
  before=$(date +%s%N)
  while [ "$left" -gt 0 ]; do
    LD_PRELOAD=$2 LETSBEFRIENDS_OPTIONS=$3 "$scratch/crasher"
    left=$((left - 1))
  done 2>/dev/null
  echo "$((($(date +%s%N) - before) / 10000))" >>"$scratch/$1"
}

while [ "$rounds" -gt 0 ]; do
  crashes without '' ''
  crashes kind_line "$library" explain=0
  crashes no_addr2line "$library" symbolize=0
  crashes all "$library" ''
  crashes backtrace "$library" backtrace=1
  rounds=$((rounds - 1))
done
for name in without kind_line no_addr2line all backtrace; do
  sort -n "$scratch/$name" |
    awk -v name=$name '{ us[NR] = $1 } END { printf "%-14s %6.1f ms\n", name, us[int((NR + 1) / 2)] / 1000 }'
done
