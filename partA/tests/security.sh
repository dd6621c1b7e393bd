#!/bin/sh
# Nobody gets in by a crash: what a report runs, opens and prints, when somebody else has had a hand in the
# directories, files and names that it meets. What takes root's rights is skipped by others.
# Run from the top directory. (SC2016: the scripts' own variables.)
# shellcheck disable=SC2016
. partA/tests/check.sh

[ -z "$EMULATOR" ] || {
  echo "skipped security: runs programs of this system only"
  exit 0
}
library=$PWD/partA/libletsbefriends.so
changed=$PWD/partA/build/tests/changed
timeout=$(command -v timeout)
chmod 755 "$scratch"

# crash KIND [DIRECTORY]: the report of a program that changes itself in that way, in $report
crash() {
  report=$(LD_PRELOAD=$library "$timeout" -s KILL 100 "$changed" "$@" 2>&1) && status=0 || status=$?
  [ "$status" -ne 77 ] || skip "not possible here: $report"
}

# make_addr2line DIRECTORY COMMAND: an addr2line that does that
make_addr2line() {
  mkdir -p "$1"
  printf '#!/bin/sh\n%s\n' "$2" >"$1/addr2line"
  chmod 755 "$1" "$1/addr2line"
}

# A directory that has what a program needs, but is not the root directory, and whose addr2line leaves a mark.
# Mounts vanish with the namespace that the test runs in.
make_jail() {
  jail=$scratch/jail
  mkdir "$jail"
  for name in bin lib lib32 lib64 usr proc dev; do
    [ -d "/$name" ] || continue
    mkdir "$jail/$name"
    mount --rbind "/$name" "$jail/$name"
  done
  mkdir -p "$jail$PWD"
  mount --bind "$PWD" "$jail$PWD"
  make_addr2line "$jail/evil" ': >/mark'
  chmod 777 "$jail"
}

needs_root() {
  [ "$(id -u)" = 0 ] || skip "only root can $1"
}

# in_namespace FUNCTION: with mounts of its own, if that can be had
in_namespace() {
  needs_root 'change the root directory'
  unshare -m true 2>/dev/null || skip 'no mount namespaces here'
  unshare -m sh "$0" "$1" "$scratch" || return
}

leave_root() {
  make_jail
  for kind in chroot chroot_thread chroot_and_user pivot_root; do
    PATH=/evil:$PATH crash $kind "$jail"
    equal 139 "$status"
    [ ! -e "$jail/mark" ] || fail "$kind: the jail's addr2line was run: $report"
    contains "$report" '^What happened: changed tried to write to address 0x64636261'
    contains "$report" '^Where: (.*in |)changed\+0x[0-9a-f]+; this tells the line: addr2line'
  done
  chroot "$jail" env PATH="/evil:$PATH" LD_PRELOAD="$library" "$changed" nothing 2>/dev/null || true
  [ -e "$jail/mark" ] || fail 'no program was run, although nothing changed'
}

test_other_root() { in_namespace leave_root; }

# What has the name of the maps is the jail's.
meet_false_maps() {
  mkdir -p "$scratch/jail/proc/self"
  mkfifo "$scratch/jail/proc/self/maps"
  LETSBEFRIENDS_OPTIONS=timeout=1 crash chroot "$scratch/jail"
  equal 139 "$status"
  contains "$report" '^What happened: '
  rm "$scratch/jail/proc/self/maps"
  printf '%s-%s r-xp 0 0:0 1 /forged\n' 0 ffffffffffff >"$scratch/jail/proc/self/maps"
  crash chroot "$scratch/jail"
  equal 139 "$status"
  lacks "$report" forged
}

test_false_maps() { in_namespace meet_false_maps; }

test_other_rights() {
  needs_root 'change the rights'
  make_addr2line "$scratch/evil" ": >'$scratch/mark'"
  chmod 777 "$scratch"
  for kind in namespace user_namespace user effective_user saved_user group effective_group file_user capabilities; do
    PATH=$scratch/evil:$PATH crash $kind
    equal 139 "$status"
    [ ! -e "$scratch/mark" ] || fail "$kind: addr2line was run"
    lacks "$report" '\|'
  done
  PATH=$scratch/evil:$PATH crash nothing
  [ -e "$scratch/mark" ] || fail 'no program was run, although nothing changed'
}

# Another file has come to the program's place: one in which the functions have other names.
test_false_file() {
  zoo=partA/build/tests/zoo
  cp $zoo "$scratch/mine"
  ln "$scratch/mine" "$scratch/other"
  LC_ALL=C sed 's/crash/forge/g' $zoo >"$scratch/mine (deleted)"
  for settings in symbolize=1 backtrace=1; do
    report=$(LETSBEFRIENDS_OPTIONS=$settings "$scratch/mine" deleted 2>&1) || true
    contains "$report" '^Where: crash at partA/tests/zoo\.c:'
    lacks "$report" forge
    ln -f "$scratch/other" "$scratch/mine"
  done
}

# Only directories that are named in full, and nothing that was cut.
test_search_path() {
  long=/$(printf %04086d 0)/evil
  for path in evil:. : "evil::" "./evil" "$long:evil" "evil:/no/such"; do
    rm -rf "$scratch/here" "$scratch/mark"
    make_addr2line "$scratch/here/evil" ": >'$scratch/mark'"
    cp "$scratch/here/evil/addr2line" "$scratch/here/"
    cp "$scratch/here/evil/addr2line" "$scratch/here/..."
    (cd "$scratch/here" && PATH=$path crash nothing)
    [ ! -e "$scratch/mark" ] || fail "run from the current directory with PATH=$path"
  done
  (PATH=evil:$scratch/here/evil crash nothing)
  [ -e "$scratch/mark" ] || fail 'not run from a directory that was named in full'
}

# An addr2line that carries the library and crashes: two processes, not a chain of them.
test_no_chain() {
  make_addr2line "$scratch/evil" "echo >>'$scratch/count'; exec env PATH='$scratch/evil:$PATH' '$PWD/partA/build/tests/zoo' crash"
  PATH=$scratch/evil:$PATH crash nothing
  equal 1 "$(grep -c '' "$scratch/count")"
}

test_nothing_outlives() {
  make_addr2line "$scratch/evil" "sleep 100 >/dev/null & echo \$! >>'$scratch/pids'
setsid sh -c 'sleep 100 & echo \$! >>\"$scratch/pids\"' >/dev/null &
wait \$!"
  PATH=$scratch/evil:$PATH crash nothing
  equal 2 "$(grep -c '' "$scratch/pids")"
  while read -r pid; do
    ! grep -q sleep "/proc/$pid/cmdline" 2>/dev/null || fail "process $pid is still there"
  done <"$scratch/pids"
}

# make_relative SOURCE: the program's names of files are relative, as distributions build: a directory of a
# stranger's decides.
make_relative() {
  mkdir -p "$(dirname "$scratch/place/$1")"
  cp partA/tests/changed.c "$scratch/place/$1"
  cd "$scratch/place"
  ${CC:-cc} -g -D_GNU_SOURCE -ffile-prefix-map="$scratch/place"=. -o "$scratch/relative" "$1" || skip 'no compiler'
  changed=$scratch/relative
}

test_source() {
  make_relative changed.c
  crash nothing
  contains "$report" '^Where: main at (\./)*changed\.c:[0-9]+ '
  contains "$report" '^ +[0-9]+ \|.*here'
  mkdir "$scratch/theirs"
  sed 's,here,forged,' changed.c >"$scratch/theirs/changed.c"
  touch -d yesterday "$scratch/theirs/changed.c"
  crash directory "$scratch/theirs"
  lacks "$report" forged
  mv changed.c secret
  no_line() {
    crash nothing
    equal 139 "$status"
    contains "$report" '^Where: main at (\./)*changed\.c:[0-9]+ '
    lacks "$report" '^ +[0-9]+ \|'
    rm -rf changed.c
  }
  ln -s secret changed.c && no_line
  ln secret changed.c && no_line
  mkfifo changed.c && no_line
  mkdir changed.c && no_line
  { cat secret; dd if=/dev/zero bs=1048576 count=16 2>/dev/null; } >changed.c && touch -d yesterday changed.c && no_line
  cp -p secret changed.c && touch -d yesterday changed.c && cd .. && ln -s place linked && cd linked
  crash nothing
  contains "$report" '^ +[0-9]+ \|.*here'
  if [ "$(id -u)" = 0 ]; then chown 65534 changed.c && no_line; fi
}

# A link on the way is one as well.
test_source_behind_a_link() {
  make_relative true/changed.c
  crash nothing
  contains "$report" '^ +[0-9]+ \|.*here'
  mv true elsewhere && ln -s elsewhere true
  crash nothing
  contains "$report" '^Where: main at (\./)*true/changed\.c:[0-9]+ '
  lacks "$report" '^ +[0-9]+ \|'
}

# Over a network, or from a process that has secrets, nothing of files and memory goes out, if nobody asked for it.
test_quotes() {
  crash nothing
  contains "$report" 'holds the text "abcd"'
  contains "$report" '^ +[0-9]+ \|.*here'
  for kind in server secrets; do
    crash $kind
    contains "$report" '^What happened: changed tried to write to address 0x64636261'
    contains "$report" '^Where: main at '
    lacks "$report" 'abcd|^ +[0-9]+ \|'
    LETSBEFRIENDS_OPTIONS=quote=1 crash $kind
    contains "$report" 'holds the text "abcd"'
    contains "$report" '^ +[0-9]+ \|.*here'
  done
}

# Each is one question mark; what is harmless stays.
test_characters() {
  harmful=$(printf 'a\033b\302\233c\233d\342\200\256e\342\201\246f\342\200\217g\342\200\250h\330\234i\300\257j\355\240\200k\364\220\200\200l\177m\303')
  harmless=$(printf '\303\244\342\202\254\360\237\230\200\342\200\247\342\201\245')
  shown='a\?b\?c\?d\?e\?f\?g\?h\?i\?\?j\?\?\?k\?\?\?\?l\?m\?'
  cp "$changed" "$scratch/$harmful"
  changed=$scratch/$harmful
  LC_ALL=C LETSBEFRIENDS_OPTIONS="$harmful:$harmless" crash nothing
  contains "$report" "^letsbefriends: cannot use \"$shown\" in "
  contains "$report" "^letsbefriends: cannot use \"$harmless\" in "
  contains "$report" "^What happened: $shown tried to write"
  contains "$report" "^Where: main at .*  \($shown\+0x"
  LC_ALL=C LETSBEFRIENDS_OPTIONS=symbolize=0 crash nothing
  contains "$report" "addr2line -Cfie '.*/$shown' 0x"
  printf '%s%s\n' "$harmful" "$harmless" >"$scratch/mine"
  LETSBEFRIENDS_OPTIONS=explain=0:messages=$scratch/mine crash nothing
  contains "$report" "^$shown$harmless$"
}

# Called by in_namespace.
case $1 in
  leave_root | meet_false_maps)
    rm -rf "$scratch"
    scratch=$2
    trap - EXIT
    set -e
    "$1"
    exit
    ;;
esac

run_tests other_root false_maps other_rights false_file search_path no_chain nothing_outlives source \
  source_behind_a_link quotes characters
