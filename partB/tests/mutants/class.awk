# Is the row of a student right? Reads the points, then a line "PART CHECK..." for each part,
# of the checks that fail, after "any" if nothing is known of what is not required; then one
# for each part's base; then the head and the row of the class without names and remarks.
function matches(list, name, count, words, i) {
  count = split(list, words, " ")
  for (i = 1; i <= count; i++) {
    gsub(/\./, "[.]", words[i])
    gsub(/\*/, ".*", words[i])
    if (name ~ "^" words[i] "$") return 1
  }
  return 0
}
# What takes an idle machine.
function busy(name, verdict) { return verdict == "undecided" && name ~ /^(robust[.]|speed[.])/ }
function same(what, found, expected) { if (found != expected) { print what " is " found ", not " expected; failed = 1 } }

FILENAME ~ /points$/ { if (NF == 3 && !/^#/) worth[$1 " " $2] = $3; next }
/^fails / { fails[$2] = $0; next }
/^base / { base[$2] = $0; next }
{ columns = split($0, field, ","); if (!heads++) { for (i = 1; i <= columns; i++) head[i] = field[i]; next } }
{
  for (i = 8; i <= columns; i++) {
    part = substr(head[i], 1, 1)
    name = substr(head[i], 3)
    verdict = field[i]
    bonus = name ~ /^(extra|robust)[.]/
    holds = verdict ~ /^(pass|bonus|good)$/
    if (matches(fails[part], name)) {
      if (holds) { print head[i] " holds"; failed = 1 }
    } else if (!holds && !matches(base[part], name) && !(bonus && fails[part] ~ / any/) && !busy(name, verdict)) {
      print head[i] " is " verdict
      failed = 1
    }
    if (holds) sum[bonus ? "bonus" : part] += worth[head[i]]
    if (holds && !bonus) required++
    if (verdict == "undecided" && !bonus) undecided++
    if (verdict == "undecided") open += worth[head[i]]
  }
  same("A", field[1], sum["A"] + 0)
  same("B", field[2], sum["B"] + 0)
  same("bonus", field[3], sum["bonus"] + 0)
  same("total", field[4], sum["A"] + sum["B"] + sum["bonus"])
  same("required", field[5], required + 0)
  same("undecided", field[6], undecided + 0)
  same("points undecided", field[7], open + 0)
}
END { exit failed || columns < 50 }
