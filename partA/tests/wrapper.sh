#!/bin/sh
# The wrapper partA/letsbefriends: options, warnings, and that it leaves the
# command's environment in order. Run from the top directory.
# shellcheck disable=SC2016
. partA/tests/check.sh
. partA/tests/wrapped.sh
newline='
'

# says STATUS PATTERN ARGUMENT...: one line on standard error, and the exit status
says() {
  expected=$1 pattern=$2
  shift 2
  run $wrapper "$@"
  equal "$expected" "$status"
  contains "$err" "^letsbefriends: $pattern"
  case $err in *"$newline"*) equal 'one line' "$err" ;; esac
}

refused() { says 2 "$@"; }

test_wrapper_crash() {
  run $wrapper $plain
  equal 139 "$status"
  contains "$err" '^What happened: crasher tried to write to address 0x55'
  contains "$err" '^Where: '
}

test_wrapper_from_anywhere() {
  here=$PWD
  ln -s "$here/$wrapper" "$scratch/friends"
  cd /
  run "$scratch/friends" "$here/$plain"
  equal 139 "$status"
  contains "$err" '^What happened: '
}

test_wrapper_installed() {
  mkdir "$scratch/bin" "$scratch/lib"
  cp $wrapper "$scratch/bin/"
  cp partA/libletsbefriends.so "$scratch/lib/"
  run "$scratch/bin/letsbefriends" sh -c 'echo "$LD_PRELOAD"'
  contains "$out" '/bin/\.\./lib/libletsbefriends\.so$'
  equal '' "$err"
}

# The loader takes a blank or a colon for the end of a name.
test_wrapper_in_directories_with_odd_names() {
  for name in 'my lab' 'my:lab' '${LIB}'; do
    mkdir "$scratch/$name"
    cp $wrapper partA/libletsbefriends.so $plain "$scratch/$name/"
  done
  run "$scratch/my lab/letsbefriends" $plain
  equal 139 "$status"
  contains "$err" '^What happened: '
  lacks "$err" 'ld\.so'
  run "$scratch/my:lab/letsbefriends" true
  equal 2 "$status"
  contains "$err" '^letsbefriends: .* colon, semicolon or dollar sign: .*/my:lab/'
  run "$scratch/\${LIB}/letsbefriends" true
  equal 2 "$status"
  contains "$err" '^letsbefriends: .* dollar sign: .*/\$\{LIB\}/'
  echo 'There, there.' >"$scratch/my:lab/mine"
  here=$PWD
  cd "$scratch/my:lab"
  run "$here/$wrapper" --messages mine true
  equal 2 "$status"
  contains "$err" '^letsbefriends: --messages: the name .* has a colon'
}

test_wrapper_status() {
  run $wrapper sh -c 'echo out; echo err >&2; exit 7'
  equal 7 "$status"
  equal out "$out"
  equal err "$err"
  says 127 'look_at: not found$' look_at
}

test_wrapper_options() {
  run $wrapper --backtrace --core --no-symbolize --no-explain --registers --quote --timeout 5 --signals segv+bus --color=never sh -c 'echo "$LETSBEFRIENDS_OPTIONS"'
  equal 'signals=all:backtrace=1:core=1:symbolize=0:explain=0:registers=1:quote=1:timeout=5:signals=segv+bus:color=never' "$out"
  equal '' "$err"
}

test_wrapper_keeps_environment() {
  run $wrapper sh -c 'echo "$LD_PRELOAD"'
  ours=$out # in a directory with a blank it has another name
  LETSBEFRIENDS_OPTIONS=explain=0 LD_PRELOAD=$PWD/partA/libletsbefriends.so run $wrapper --core sh -c 'echo "$LETSBEFRIENDS_OPTIONS $LD_PRELOAD"'
  equal "signals=all:explain=0:core=1 $ours:$PWD/partA/libletsbefriends.so" "$out"
}

# A shell passes on what it was given, with what it has put there itself.
test_wrapper_keeps_variables() {
  variables='size count magic class rest options library program words usage here loader table command owner place'
  for name in $variables; do eval "export $name=mine"; done
  run $wrapper env
  for name in $variables; do contains "$out" "^$name=mine$"; done
}

test_wrapper_arguments() {
  run $wrapper -- printf '%s|' 'a b' '' '*' --core
  equal 'a b||*|--core|' "$out"
}

test_wrapper_messages() {
  echo 'There, there.' >"$scratch/mine"
  run $wrapper --messages "$scratch/mine" --no-explain $plain
  equal 'There, there.' "$err"
  here=$PWD
  cd "$scratch"
  run "$here/$wrapper" --messages mine --no-explain "$here/$plain"
  equal 'There, there.' "$err"
}

test_wrapper_help() {
  run $wrapper --help
  equal 0 "$status"
  contains "$out" '^usage: letsbefriends '
  for option in core backtrace no-symbolize no-explain registers quote signals timeout messages color; do contains "$out" "^  --$option "; done
  for output in '>/dev/full' '>&-'; do
    run sh -c "$wrapper --help $output"
    equal 2 "$status"
    equal 'letsbefriends: standard output cannot be written' "$err"
  done
}

test_wrapper_bad_usage() {
  refused 'no command given'
  refused 'unknown option --nonsense' --nonsense sh
  refused 'unknown option -x' -x
  refused '-x: a command of such a name' -- -x
  refused 'unknown option --core, or one that takes no value' --core=1 true
  refused '--signals needs a value' --signals
  refused '--messages: cannot read /no/such' --messages /no/such sh
  refused '--messages: cannot read /' --messages / sh
  refused '--color: sometimes is not auto, always or never' --color=sometimes true
  refused '--signals: hup is not some of ' --signals hup true
  refused '--signals: segv\+ is not some of ' --signals segv+ true
  for number in 0 soon 3601 99999 ''; do refused "--timeout: $number is not a number of seconds" "--timeout=$number" true; done
}

test_wrapper_all_signals() {
  run $wrapper sh -c 'kill -FPE $$'
  equal 136 "$status"
  contains "$err" '^What happened: sh sent itself SIGFPE'
  LETSBEFRIENDS_OPTIONS=signals=segv run $wrapper sh -c 'kill -FPE $$'
  lacks "$err" '^What happened'
}

test_wrapper_cannot_run() {
  mkdir "$scratch/directory"
  printf '#! /no/such/shell -e\n' >"$scratch/script"
  printf '#!/bin/sh\nexit 5\n' >"$scratch/closed"
  chmod +x "$scratch/script"
  says 126 '/.*/directory: is a directory$' "$scratch/directory"
  says 127 '/.*/script: its interpreter /no/such/shell cannot be executed$' "$scratch/script"
  says 126 '/.*/closed: cannot be executed$' "$scratch/closed"
  says 127 '/no/such/program: not found$' /no/such/program
  chmod +x "$scratch/closed"
  run $wrapper "$scratch/closed"
  equal 5 "$status"
  printf '#!\nexit 6\n' >"$scratch/closed" # a shell runs it
  run $wrapper "$scratch/closed"
  equal 6 "$status"
}

# The command lives and ends as it does without the wrapper.
test_wrapper_mishaps() {
  run $wrapper sh -c 'kill -TERM $$'
  equal 143 "$status"
  run sh -c "$wrapper true <&- >&- 2>&-"
  equal 0 "$status"
  run sh -c "$wrapper $plain 2>/dev/full"
  equal 139 "$status"
  mkfifo "$scratch/pipe"
  exec 3<>"$scratch/pipe"
  exec 4>"$scratch/pipe" 3<&- # nobody reads
  run sh -c "$wrapper $plain 2>&4"
  equal 139 "$status"
  run sh -c "$wrapper sh -c 'echo; exit 7' >&4; exit \$?"
  equal 141 "$status"
}

run_tests wrapper_crash wrapper_from_anywhere wrapper_installed wrapper_in_directories_with_odd_names \
  wrapper_status wrapper_options wrapper_keeps_environment wrapper_keeps_variables wrapper_arguments wrapper_messages \
  wrapper_help wrapper_bad_usage wrapper_all_signals wrapper_cannot_run wrapper_mishaps
