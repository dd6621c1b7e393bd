#!/bin/sh
# Checks that calls go one way: each object, in the order given, may use only symbols
# of the objects behind it. Prints the order, and every call that goes up.
#
#   sh partB/harness/order-test.sh partB/build/lazycopy.o partB/build/fault.o ...
case " ${TESTS:-order-of-calls} " in *' order-of-calls '*) ;; *) exit 0 ;; esac
nm -AP "$@" | sed 's,^[^:]*/,,; s,\.o:,,' | awk '
  !($1 in place) { place[$1] = ++files; order = order " " $1 }
  $3 == "U" { used[$1 " " $2]; next }
  $3 ~ /[A-TV-Z]/ && $3 != "U" { home[$2] = $1 }
  END {
    for (pair in used) {
      split(pair, call)
      if (call[2] in home && place[home[call[2]]] < place[call[1]]) {
        print "    " call[1] " uses " call[2] " of " home[call[2]]
        wrong++
      }
    }
    if (files < 2) wrong++
    print (wrong ? "FAILED  " : "ok      ") "order-of-calls:" order
    exit wrong > 0
  }'
