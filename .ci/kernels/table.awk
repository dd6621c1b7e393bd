# The table of kernels by test, in Markdown, from what they said over the serial line.
BEGIN {
  rows = split("plain: lazycopy|plain: libletsbefriends|plain: copytest|little-memory|swap|huge-pages|overcommit-2|memory-ends|few-mappings", row, "|")
}
FNR == 1 { columns++ }
/^=== kernel / { sub(/,$/, "", $4); kernel[columns] = $3 " " $4; page[columns] = $7 " KiB" }
/^=== lent by / { how[columns] = $4 }
/^=== begin / {
  key = $3
  if (key == "plain") key = key ": " ($4 ~ /^test_/ ? "lazycopy" : $4 ~ /^copytest/ ? "copytest" : "libletsbefriends")
  lines = 0
}
/^(ok|FAILED|skipped) / { count[key, columns, $1]++; lines++ }
/^=== end / && !lines { count[key, columns, $3 == 0 ? "ok" : "FAILED"]++ }
function cell(key, column, text) {
  if (!((key, column, "ok") in count) && !((key, column, "FAILED") in count)) return "not run"
  text = count[key, column, "ok"] + 0 " passed"
  if ((key, column, "FAILED") in count) text = text ", " count[key, column, "FAILED"] " failed"
  if ((key, column, "skipped") in count) text = text ", " count[key, column, "skipped"] " skipped"
  return text
}
function line(title, cells, i) {
  printf "| %s |", title
  for (i = 1; i <= columns; i++) printf " %s |", cells[i]
  print ""
}
END {
  line("kernel", kernel)
  for (i = 1; i <= columns; i++) rule[i] = "---"
  line("---", rule)
  line("pages", page)
  line("processor", how)
  for (r = 1; r <= rows; r++) {
    ran = 0
    for (i = 1; i <= columns; i++) if ((cells[i] = cell(row[r], i)) != "not run") ran = 1
    if (ran) line(row[r], cells)
  }
}
