#!/bin/sh
# What the lab asks of the library and of the tester. Run from the top directory.
. partA/tests/check.sh

library=partA/libletsbefriends.so

test_tester() {
  # shellcheck disable=SC2086 # EMULATOR holds several words
  $EMULATOR partA/tester/tester >"$scratch/out" 2>"$scratch/err" && status=0 || status=$?
  equal 139 "$status"
  contains "$(cat "$scratch/out")" 'awful program'
  grep -qxF -f partA/messages "$scratch/err"
}

test_tester_from_anywhere() {
  here=$PWD
  cd "$scratch"
  # shellcheck disable=SC2086
  $EMULATOR "$here/partA/tester/tester" >out 2>err && status=0 || status=$?
  equal 139 "$status"
  contains "$(cat err)" '^What happened: tester tried to (write to|access) address 0x55, which is not mapped.'
}

test_tester_in_a_pipe() {
  # shellcheck disable=SC2086
  $EMULATOR partA/tester/tester 2>/dev/null | grep -q 'awful program'
}

test_messages_are_many() {
  [ "$(wc -l <partA/messages)" -ge 30 ]
  equal '' "$(sort partA/messages | uniq -d)"
  lacks "$(cat partA/messages)" '^$|.{100}'
}

# Links a program the way the handout does, and by the library's own name.
test_linked_by_both_names() {
  [ -z "$EMULATOR" ] || skip 'a cross compiler needs more words than that'
  for name in etsbefriends letsbefriends; do
    # shellcheck disable=SC2086 # CC may hold several words
    ${CC:-cc} -o "$scratch/linked" partA/tests/crasher.c -LpartA -Wl,-rpath,"$PWD/partA" -Wl,--no-as-needed -l$name ||
      skip 'no compiler'
    "$scratch/linked" 2>"$scratch/err" && status=0 || status=$?
    equal 139 "$status"
    contains "$(cat "$scratch/err")" '^What happened: linked tried'
  done
}

test_exports() {
  needs nm
  equal 'prctl pthread_create thrd_create ' "$(nm -D --defined-only $library | awk '$3 !~ /^_/ { print $3 }' | sort | tr '\n' ' ')"
}

test_soname() {
  needs readelf
  contains "$(readelf -d $library)" 'SONAME.*\[libletsbefriends\.so\]'
  contains "$(readelf -d $library)" 'FLAGS_1.*NOW.*NODELETE'
  lacks "$(readelf -d $library)" 'NEEDED.*libgcc_s'
}

run_tests tester tester_from_anywhere tester_in_a_pipe messages_are_many linked_by_both_names exports soname
