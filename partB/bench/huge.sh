#!/bin/sh
# Measures lazy copying with large pages for shared memory, size by size, beside none:
# the same scenarios of the benchmark, one process for each setting. As root, from the top
# of the tree; puts the settings back, also when it is stopped.
#
#   sh partB/bench/huge.sh >partB/bench/huge.csv
# shellcheck disable=SC2046,SC2086 # a word for each setting
pages=/sys/kernel/mm/transparent_hugepage
settings="$pages/shmem_enabled $pages/hugepages-64kB/shmem_enabled $pages/hugepages-2048kB/shmem_enabled"

# set_to WORD...: one for each setting.
set_to() {
  for setting in $settings; do
    echo "$1" >"$setting" || exit 1
    shift
  done
}

measure() {
  partB/bench/bench --csv /dev/fd/3 first-write fresh-frames gigabyte 3>&1 >/dev/null |
    awk -F, -v name="$1" '$1 == "figure" && $3 ~ /^lazy/ { printf "%s,%s,%s,%s us\n", name, $2, $3, $6 }'
}

before=$(sed 's/.*\[\(.*\)\].*/\1/' $settings) || exit 1
trap 'set_to $before' EXIT
trap 'exit 1' HUP INT TERM
set_to never never never && measure "4 KiB pages"
set_to never advise never && measure "64 KiB pages; asked for"
set_to never never always && measure "2 MiB pages; for all"
