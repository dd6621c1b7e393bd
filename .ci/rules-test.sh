#!/bin/sh
# Tests of the build rules, in the tree it is run from: which must be a copy, as
# it is built and cleaned.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317
. partB/harness/shelltest.sh

# The files there are, without what is left of a fresh copy.
files() { find . -name .git -prune -o ! -type d -print | sort; }

# newer FILE OTHER
newer() { [ -n "$(find "$1" -newer "$2")" ]; }

# Makes FILE newer than all that was built, however coarse the file system's clock is.
renew() {
  touch "$scratch/then"
  until newer "$1" "$scratch/then"; do touch "$1"; done
}

# Before anything is built.
rules_top_level() {
  for entry in *; do
    case $entry in Makefile | README.md | partA | partB) ;; *) fail "also at the top: $entry" ;; esac
  done
}

rules_parallel() {
  try 0 make -s clean
  try 0 make -s -j 8
  [ ! -s "$scratch/err" ] || fail "$(cat "$scratch/err")"
  for product in partA/libletsbefriends.so partA/libetsbefriends.so partA/tester/tester partB/liblazycopy.a \
    partB/liblazycopy.so partB/copytest; do
    [ -e "$product" ] || fail "$product was not built"
  done
}

# What is newer rebuilds what is made of it, and only that.
rules_what_changed() {
  try 0 make -s
  try 0 make
  grep -q 'Nothing to be done' "$scratch/out" || fail "built again: $(cat "$scratch/out")"
  renew partB/lazycopy.h
  renew partA/messages
  try 0 make -s
  newer partB/build/lazycopy.o partB/lazycopy.h || fail "lazycopy.o is older than lazycopy.h"
  newer partB/copytest partB/lazycopy.h || fail "copytest is older than lazycopy.h"
  newer partA/libletsbefriends.so partA/messages || fail "the library is older than the messages"
  newer partB/lazycopy.h partA/build/maps.o || fail "maps.o was built again"
}

# Every example that the pages speak of.
rules_examples() {
  try 0 make -s clean
  try 0 make -s examples
  for program in partB/examples/undo partB/examples/save partB/handout/pitfalls partB/handout/pitfalls-handout; do
    [ -x "$program" ] || fail "$program was not built"
  done
}

# Every compiler call has CFLAGS and CPPFLAGS, every linker call LDFLAGS.
rules_settings() {
  try 0 make -n -B CC=the-compiler CFLAGS=-the-cflags CPPFLAGS=-the-cppflags LDFLAGS=-the-ldflags
  sed -e :a -e '/\\$/N; s/\\\n//; ta' "$scratch/out" >"$scratch/commands"
  grep -E '(^| )-c ' "$scratch/commands" >"$scratch/compiles"
  grep -E '(^| )-o ' "$scratch/commands" | grep -v -e ' -c ' -e ' -r ' >"$scratch/links"
  { [ -s "$scratch/compiles" ] && [ -s "$scratch/links" ]; } || fail "no commands"
  ! grep -v -e 'the-compiler .*-the-cppflags .*-the-cflags' "$scratch/compiles" || fail "not respected"
  ! grep -v -e 'the-compiler .*-the-ldflags' "$scratch/links" || fail "not respected"
}

rules_clean() {
  try 0 make -s clean
  files >"$scratch/before"
  try 0 make -s all
  try 0 make -s clean
  files >"$scratch/after"
  diff "$scratch/before" "$scratch/after" || fail "left behind"
  [ -z "$(find . -type d -name build)" ] || fail "a build directory is left"
}

# What was moved after it was built is not tested as it is, and the way out is named.
rules_moved() {
  try 0 make -s all
  echo /elsewhere >partB/build/place
  try 2 make -s check TESTS=none
  grep -q '^This was built in /elsewhere, .*: make clean$' "$scratch/err" || fail "$(cat "$scratch/err")"
}

run_all rules_ top_level parallel what_changed examples settings moved clean
