#!/bin/sh
# Prints the names of the tests in partB/tests/list: all, or those that run somewhere.
#
#   sh partB/tests/names.sh [WHERE]
awk -F ' *[|] *' -v where="$1" '/^#/ { next }
  { for (i = 3; i <= NF; i++) if (where != "" && index($i, where ":") == 1) next; print $1 }' "${0%/*}/list"
