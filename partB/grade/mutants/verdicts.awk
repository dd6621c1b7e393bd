# Has a report the verdicts that a table asks for, each check once? Variables: part (A or B), required (1: only what
# is required was looked at), fails and base (patterns of checks), status (the grader's exit status).
# Reads the list of requirements, then the report; says what is wrong, with exit status 1.
function matches(list, name, count, words, i) {
  count = split(list, words, " ")
  for (i = 1; i <= count; i++) {
    gsub(/[.]/, "[.]", words[i])
    gsub(/[*]/, ".*", words[i])
    if (name ~ "^" words[i] "$") return 1
  }
  return 0
}
function wrong(why) { print why; failed = 1 }
function word(name, holds) {
  if (name ~ /^extra[.]/) return holds ? "bonus" : "none"
  if (name ~ /^robust[.]/) return holds ? "good" : "weak"
  return holds ? "pass" : "FAIL"
}
# What is expected of a check; two words where the plain answer decides, or an idle machine would.
function expected(name) {
  if (matches(fails, name)) return builds && name != "builds" ? "undecided" : word(name, 0) busy(name)
  if (matches(fails, "?" name)) return "undecided"
  if (matches(base, name)) return word(name, 0) " " word(name, 1) " undecided"
  return word(name, 1) busy(name)
}
# What takes an idle machine.
function busy(name) { return name ~ /^robust[.]|^speed[.]read-only$/ ? " undecided" : "" }

BEGIN { builds = matches(fails, "builds") }
FNR == NR {
  if ($1 == part && !(required && $2 ~ /^(extra|robust)[.]/) && !(builds && $2 ~ /^(extra|robust)[.]/)) wanted[$2] = 1
  next
}
/^#/ || $1 == "note" { next }
{
  if (!($2 in wanted) && $2 != "builds") wrong("not a check: " $0)
  if (seen[$2]++) wrong("twice: " $2)
  if (index(" " expected($2) " ", " " $1 " ") == 0) wrong($2 " is " $1 ", not " expected($2))
  if ($1 != "pass" && $1 != "bonus" && $1 != "none" && $1 != "good" && $1 != "weak" && $2 !~ /^(extra|robust)[.]/) bad = 1
}
END {
  if (builds) wanted["builds"] = 1
  for (name in wanted) if (!seen[name]) wrong("nothing is said of " name)
  if (status != (bad ? 1 : 0)) wrong("exit status " status ", not " (bad ? 1 : 0))
  exit failed
}
