#!/bin/sh
# Fails if a test was skipped that is not in .ci/skips, where the reasons are: what nobody
# expects to be skipped has not passed.
#
#   sh .ci/skips-test.sh LOG...    WHERE.log: what was printed there
cd "$(dirname "$0")/.." || exit 1
awk '
  FILENAME == ".ci/skips" {
    if ($0 !~ /^#/ && split($0, part, / \| /) == 3) { entries++; where[entries] = part[1]; what[entries] = part[2] }
    next
  }
  FNR == 1 { place = FILENAME; sub(/.*\//, "", place); sub(/\.log$/, "", place) }
  said != "" { sub(/^ */, ""); judge(said " " $0); said = "" }
  /^skipped / {
    line = $0
    sub(/^skipped */, "", line)
    if (line ~ /:$/) said = line; else judge(line) # the reason is in the next line
  }
  function judge(line, i) {
    for (i = 1; i <= entries; i++) if (place ~ "^" where[i] "$" && line ~ what[i]) { expected++; return }
    print "FAILED  skipped in " place ": " line
    failed++
  }
  END {
    if (!failed) print "ok      skips-are-expected  (" expected + 0 ")"
    exit failed > 0
  }' .ci/skips "$@"
