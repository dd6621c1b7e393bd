#!/bin/sh
# requirements.sh PAGE-OF-PART-A PAGE-OF-PART-B
#
# Prints a line "PART NAME SENTENCE" for each check, as the handout's tables have them.
for part in A B; do
  sed -n "s/^| \`\([a-z]*\.[a-z-]*\)\` | \(.*\) |\$/$part \1 \2/p" "$1" || exit
  shift
done
