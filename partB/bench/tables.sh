#!/bin/sh
# Puts the figures of a run of the benchmark into a document: the tables between the comments
# "rings", "restore" and "sizes" and their ends, and the lines of bars. Sizes are those of
# sizes.csv. Without figures a table is left out. Reads the document, and prints it.
#
#   sh partB/bench/tables.sh partB/bench/results.csv <partB/README.md >new && mv new partB/README.md
if [ $# -ne 1 ] || [ ! -r "$1" ]; then
  echo "tables: cannot read ${1:-a CSV that is not named}" >&2
  exit 2
fi
awk -F, '
  function time(us) { return us < 1000 ? sprintf("%.3g us", us) : us < 1e6 ? sprintf("%.3g ms", us / 1e3) : sprintf("%.3g s", us / 1e6) }
  function median(scenario, name, x) { return figure[scenario "," name "," x] }
  function cell(scenario, name, x,  value) { return (value = median(scenario, name, x)) == "" ? " - |" : " " time(value) " |" }
  function rings(  mib, kept, writes, s, k, w, at, x, lazy) {
    print "| table, copies kept, writes | snapshot | its free | mappings | lazy copy | its mappings | `memcpy` | `memcmp` and `memcpy` | `fork` |"
    print "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    split("64m 1g", mib, " "); split("8 64", kept, " "); split("10 100", writes, " ")
    for (s = 1; s <= 2; s++) for (k = 1; k <= 2; k++) for (w = 1; w <= 2; w++) {
      at = "ring-" mib[s] "-" kept[k]; x = writes[w]
      lazy = median(at ": mappings", "lazy", x)
      print "| " (s == 1 ? "64 MiB" : "1 GiB") ", " kept[k] ", " x " |" cell(at ": copy", "snapshot", x) cell(at ": free", "snapshot", x) \
        " " median(at ": mappings", "snapshot", x) " |" cell(at ": copy", "lazy", x) " " (lazy == "" ? "-" : lazy) " |" \
        cell(at ": copy", "memcpy; to one place", x) cell(at ": copy", "memcmp and memcpy; one place", x) \
        cell(at ": copy", "fork; a child kept for each", x)
    }
  }
  function restore(  name, n, i, at) {
    print "| | 64 MiB | 256 MiB | 1 GiB | with the writes, 1 GiB |"
    print "| --- | --- | --- | --- | --- |"
    n = split("snapshot/bare: one mremap a chunk/memcpy/memcmp and memcpy/fork; write; exit/memfd; MADV_DONTNEED", name, "/")
    for (i = 1; i <= n; i++) {
      at = "restore-size: restore"
      print "| " name[i] " |" cell(at, name[i], 67108864) cell(at, name[i], 268435456) cell(at, name[i], 1073741824) \
        cell("restore-size: write and restore", name[i], 1073741824)
    }
  }
  function sizes(  size) {
    print "| chunk | copy | a write, on average | memory |"
    print "| --- | --- | --- | --- |"
    for (size = 4096; size <= 1048576; size *= 2)
      print "| " (size < 1048576 ? size / 1024 " KiB" : "1 MiB") " |" cell("chunk-size: copy", "lazy", size) cell("chunk-size: a write; on average", "lazy", size) \
        sprintf(" %.1f MiB |", median("chunk-size: memory", "lazy", size) / 1048576)
    print "| `fork` |" cell("chunk-size: copy", "fork", 65536) cell("chunk-size: a write; on average", "fork", 65536) \
      sprintf(" %.1f MiB |", median("chunk-size: memory", "fork", 65536) / 1048576)
  }
  !document {
    if ($1 == "figure") figure[$2 "," $3 "," $4] = $6 + 0
    if ($1 == "figure") { sub(/:.*/, "", $2); known[$2] = 1 }
    if ($1 == "bar") bars = bars $2 "," $3 "," $6 "," $9 "," $10 "\n"
    next
  }
  /^<!-- end of / || /^```$/ { skip = 0 }
  !skip
  /^<!-- rings -->/ { skip = 1; if ("ring-1g-64" in known) rings() }
  /^<!-- restore -->/ { skip = 1; if ("restore-size" in known) restore() }
  /^<!-- sizes -->/ { skip = 1; if ("chunk-size" in known) sizes() }
  /^\$ grep \^bar / { skip = 1; printf "%s", bars }' "$1" "${0%/*}/sizes.csv" document=1 -
