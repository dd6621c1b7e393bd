#!/bin/sh
# LETSBEFRIENDS_OPTIONS: each option does what it says, and what is not
# understood costs one line only. Run from the top directory.
. partA/tests/check.sh

zoo=partA/build/tests/zoo

# crash OPTIONS [ANIMAL]: standard error of an animal in $report, its status in $status
crash() {
  # shellcheck disable=SC2086 # EMULATOR holds several words
  report=$(LETSBEFRIENDS_OPTIONS=$1 $EMULATOR $zoo "${2:-silent}" 2>&1) && status=0 || status=$?
}

# How many lines that are not empty. Only for $(...), as it changes IFS.
lines() {
  IFS='
'
  set -f
  # shellcheck disable=SC2086 # a word for each line
  set -- $1
  echo $#
}

test_default() {
  crash ''
  equal 139 "$status"
  equal 4 "$(lines "$report")"
}

test_help() {
  crash help=1 ignored
  equal 16 "$(lines "$report")"
  for word in core backtrace symbolize explain registers timeout signals messages color quote help; do contains "$report" "^  $word="; done
}

test_unknown() {
  for word in nonsense core=2 core= =1 signals=hup signals= timeout=0 timeout=soon color=blue messages=/no/such/file backtrace=1x; do
    crash "$word:explain=0"
    equal 139 "$status"
    equal 2 "$(lines "$report")"
    contains "$report" "^letsbefriends: cannot use \"$word\" in LETSBEFRIENDS_OPTIONS \(help=1 "
  done
}

test_explain_off() {
  crash ':::explain=0:'
  equal 139 "$status"
  equal 1 "$(lines "$report")"
  printf '%s\n' "$report" | grep -qxF -f partA/messages
}

test_symbolize_off() {
  crash symbolize=0
  contains "$report" "^Where: zoo\+0x[0-9a-f]+; this tells the line: addr2line -Cfie '/.*/zoo' 0x[0-9a-f]+$"
}

test_backtrace() {
  crash backtrace=1
  contains "$report" '^  #0 silent at partA/tests/zoo_process.c:[0-9]+  \(zoo\+0x[0-9a-f]+\)$'
  contains "$report" '^  #1 visit at partA/tests/zoo.c:[0-9]+  \(zoo\+0x[0-9a-f]+\)$'
  contains "$report" '^  #2 main at partA/tests/zoo.c:[0-9]+  \(zoo\+0x[0-9a-f]+\)$'
}

test_backtrace_of_recursion() {
  crash backtrace=1 stack_recursion
  equal 139 "$status"
  contains "$report" '^  #63 recurse at partA/tests/zoo_places.c:[0-9]+'
}

test_core() {
  [ -z "$EMULATOR" ] || skip 'an emulator ends in its own way'
  partA/build/tests/by_signal env LETSBEFRIENDS_OPTIONS=core=1 $zoo silent 2>"$scratch/report"
  grep -q '^Where: silent at ' "$scratch/report"
  partA/build/tests/by_signal env LETSBEFRIENDS_OPTIONS=core=1 $zoo raised 2>"$scratch/report"
  grep -q 'sent itself SIGSEGV' "$scratch/report"
  partA/build/tests/by_signal env LETSBEFRIENDS_OPTIONS=core=1 $zoo protection 2>"$scratch/report"
  partA/build/tests/by_signal env LETSBEFRIENDS_OPTIONS=core=0 $zoo silent 2>"$scratch/report" && status=0 || status=$?
  equal 1 "$status"
}

test_signals() {
  crash signals=bus bus_file
  equal 135 "$status"
  contains "$report" '^What happened: '
  crash signals=fpe+abrt aborted
  equal 134 "$status"
  contains "$report" '^What happened: zoo called abort'
  crash signals=abrt silent
  equal 139 "$status"
  lacks "$report" '^What happened: '
  crash signals=all divided
  contains "$report" '^What happened: zoo (divided|sent)'
  crash signals=all bus_file
  contains "$report" '^What happened: '
}

test_registers() {
  crash registers=1 past_block
  contains "$report" '^Registers:  [a-z0-9]+ 0x'
  contains "$report" '^Mapped around the address:'
  contains "$report" '^  0x[0-9a-f]+ to 0x[0-9a-f]+ rw- anonymous'
}

# Other programs that know lines take the place of addr2line. (Elfutils may find none in clang's code.)
test_other_symbolizers() {
  [ -z "$EMULATOR" ] || skip 'the emulator itself is found by PATH'
  tried=
  for program in eu-addr2line llvm-symbolizer; do
    [ "$SCALE" = full ] || [ $program = eu-addr2line ] || continue # the other is large
    mkdir "$scratch/$program"
    command -v $program >/dev/null || continue
    ln -s "$(command -v $program)" "$scratch/$program/"
    report=$(PATH=$scratch/$program $zoo crash 2>&1) || true
    address=$(echo "$report" | sed -n 's/^Where: .*(zoo+\(0x[0-9a-f]*\)).*/\1/p')
    case $("$program" -e "$zoo" "$address") in *'??:0'*) continue ;; esac
    contains "$report" '^Where: crash at partA/tests/zoo\.c:[0-9]+  \(zoo\+0x'
    tried=$program
  done
  [ -n "$tried" ] || skip 'none is installed'
}

# Not the line of another state of the source.
test_source_line() {
  [ -z "$EMULATOR" ] || skip 'runs programs of this system only'
  cp partA/tests/crasher.c "$scratch/"
  ${CC:-cc} -g -o "$scratch/crasher" "$scratch/crasher.c" || skip 'no compiler'
  library=$PWD/partA/libletsbefriends.so
  cd "$scratch"
  crash_here() {
    report=$(LD_PRELOAD=$library ./crasher 2>&1) || true
  }
  crash_here
  contains "$report" '^Where: main at crasher\.c:4 '
  contains "$report" '^     4 \|   \*nowhere = 1;$'
  touch -d tomorrow crasher.c
  crash_here
  lacks "$report" '^ *4 \|'
  touch -d yesterday crasher.c
  crash_here
  contains "$report" '^     4 \|'
  mv crasher.c gone.c
  crash_here
  contains "$report" '^Where: main at crasher\.c:4 '
  lacks "$report" '^ *4 \|'
}

test_messages() {
  printf 'one\n\ntwo\nthree' >"$scratch/mine"
  seen='' tries=0
  while [ "$(lines "$seen")" -lt 3 ] && [ $((tries += 1)) -lt 300 ]; do
    crash "explain=0:messages=$scratch/mine"
    seen=$(printf '%s\n' "$seen" "$report" | sort -u)
  done
  equal 'one three two' "$(echo "$seen" | xargs)"
}

test_messages_that_are_none() {
  for content in '\n\n' 'o\0n\0e\0\n\0'; do
    # shellcheck disable=SC2059 # it is the format
    printf "$content" >"$scratch/mine"
    crash "explain=0:messages=$scratch/mine"
    equal 2 "$(lines "$report")"
    contains "$report" '^letsbefriends: cannot use "messages='
  done
}

test_messages_of_other_systems() {
  printf 'one\ttwo\r\n\r\n' >"$scratch/mine"
  crash "explain=0:messages=$scratch/mine"
  equal 'one two' "$report"
}

# The command that the report names can be given to a shell.
test_command_is_quoted() {
  [ -z "$EMULATOR" ] || skip 'qemu knows another path'
  deep=$scratch/my\ lab\'s\;\$HOME/$(printf %0150d 0)/$(printf %0150d 0)
  mkdir -p "$deep"
  cp $zoo "$deep/"
  report=$(LETSBEFRIENDS_OPTIONS=symbolize=0 "$deep/zoo" crash 2>&1) || true
  command=$(printf '%s\n' "$report" | sed -n 's/.*this tells the line: //p')
  contains "$command" "^addr2line -Cfie '/.*/my lab'\\\\''s;\\\$HOME/0*/0*/zoo' 0x[0-9a-f]+$"
  eval "set -- $command"
  equal "$deep/zoo" "$3"
}

# The program's own file can be read as long as it runs, but not later.
test_deleted_program() {
  [ -z "$EMULATOR" ] || skip 'an emulator is another program'
  needs addr2line
  for settings in symbolize=1 symbolize=0; do
    cp $zoo "$scratch/deleted"
    ln -f "$scratch/deleted" "$scratch/other"
    report=$(LETSBEFRIENDS_OPTIONS=$settings "$scratch/deleted" deleted 2>&1) || true
    case $settings in
      *1) contains "$report" '^Where: crash at partA/tests/zoo\.c:[0-9]+  \(deleted \(deleted\)\+0x[0-9a-f]+\)$' ;;
      *0) contains "$report" '^Where: deleted \(deleted\)\+0x[0-9a-f]+; the file has been deleted, and nothing can tell' ;;
    esac
  done
}

test_many_messages() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
    crash explain=0
    printf '%s\n' "$report"
  done | sort -u >"$scratch/seen"
  [ "$(wc -l <"$scratch/seen")" -ge 8 ] # of 40; fewer come once in a hundred thousand million runs
}

escape=$(printf '\033')
test_color() {
  crash color=always
  contains "$report" "^${escape}\[1mWhat happened: ${escape}\[0m"
  crash color=auto
  lacks "$report" "$escape"
}

test_color_on_a_terminal() {
  shown() {
    on_terminal "env $1 $EMULATOR $zoo silent; true"
    cat "$scratch/out"
  }
  contains "$(shown TERM=xterm)" "${escape}\[1mWhere: "
  lacks "$(shown TERM=dumb)" "$escape"
  lacks "$(shown 'TERM=dumb LETSBEFRIENDS_OPTIONS=color=auto')" "$escape"
  lacks "$(shown 'TERM=xterm NO_COLOR=1')" "$escape"
  lacks "$(shown 'TERM=xterm LETSBEFRIENDS_OPTIONS=color=never')" "$escape"
}

# Whoever may run a program with the rights of another must not steer it.
test_set_user_id() {
  [ -z "$EMULATOR" ] || skip 'an emulator does not give the rights'
  [ "$(id -u)" = 0 ] || skip 'only root can make a program of another user'
  cp $zoo "$scratch/zoo"
  chmod 755 "$scratch"
  chown 65534 "$scratch/zoo" && chmod 4755 "$scratch/zoo"
  report=$(LETSBEFRIENDS_OPTIONS=core=1:explain=0:nonsense "$scratch/zoo" silent 2>&1) && status=0 || status=$?
  equal 139 "$status"
  contains "$report" '^What happened: '
  contains "$report" '^Where: zoo\+0x[0-9a-f]+; this tells the line: addr2line '
  lacks "$report" nonsense
  report=$(LETSBEFRIENDS_OPTIONS=quote=1 "$scratch/zoo" text_pointer 2>&1) || true
  contains "$report" '^What happened: zoo tried to (write to|access) address 0x44434241'
  lacks "$report" 'holds the text'
}

run_tests default help unknown explain_off symbolize_off backtrace backtrace_of_recursion core signals \
  registers other_symbolizers source_line messages messages_that_are_none messages_of_other_systems \
  command_is_quoted deleted_program many_messages color color_on_a_terminal set_user_id
