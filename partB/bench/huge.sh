#!/bin/sh
# Measures lazy copying with large pages for shared memory, size by size, beside none:
# the same scenarios of the benchmark, one process for each setting. As root; puts the
# settings back, also when it is stopped.
#
#   sh partB/bench/huge.sh >partB/bench/huge.csv
cd "$(dirname "$0")/../.." || exit 1
pages=/sys/kernel/mm/transparent_hugepage
settings="$pages/shmem_enabled $pages/hugepages-64kB/shmem_enabled $pages/hugepages-2048kB/shmem_enabled"
for setting in $settings; do
  [ -w "$setting" ] || { echo "huge.sh: $setting cannot be written here" >&2; exit 1; }
done

chosen() { sed 's/.*\[\(.*\)\].*/\1/' "$1"; }

before=$(for setting in $settings; do chosen "$setting"; done)
put_back() {
  # shellcheck disable=SC2086 # words in pairs
  set -- $before
  for setting in $settings; do echo "$1" >"$setting"; shift; done
}
trap put_back EXIT
trap 'exit 1' HUP INT TERM

# NAME, and what each of the three settings is to be.
measure() {
  name=$1
  shift
  for setting in $settings; do echo "$1" >"$setting"; shift; done
  partB/bench/bench --csv - first-write fresh-frames gigabyte 2>/dev/null |
    awk -F, -v name="$name" '$1 == "figure" && $3 ~ /^lazy/ { printf "%s,%s,%s,%s us\n", name, $2, $3, $6 }'
}

measure "4 KiB pages" never never never
measure "64 KiB pages; asked for" never advise never
measure "2 MiB pages; for all" never never always
