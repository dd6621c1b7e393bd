# shellcheck shell=sh
# Sourced by the shell tests of partA: tests are functions called test_NAME, and fail when a
# command in them fails.
# shellcheck source=partB/harness/shelltest.sh
. partB/harness/shelltest.sh

# contains TEXT PATTERN: does a line of the text match the extended regular expression?
contains() {
  grep -Eq -- "$2" <<TEXT || {
$1
TEXT
    printf 'no line matches %s in:\n%s\n' "$2" "$1"
    return 1
  }
}

# lacks TEXT PATTERN: does no line match it?
lacks() {
  if grep -Eq -- "$2" <<TEXT; then
$1
TEXT
    printf 'a line matches %s in:\n%s\n' "$2" "$1"
    return 1
  fi
}

# equal WANTED FOUND
equal() {
  [ "$1" = "$2" ] || {
    printf 'wanted: %s\nfound:  %s\n' "$1" "$2"
    return 1
  }
}

strictly() {
  set -e
  "$1"
}

# runs NAME...: runs the tests of these names that TESTS asks for
run_tests() {
  for test; do run_test "$test" strictly "test_$test"; done
  return "$failures"
}
