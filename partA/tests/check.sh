# shellcheck shell=sh
# Sourced by the shell tests: runs functions called test_NAME in a subshell with
# a scratch directory as $scratch, and prints the lines that tally.sh counts.
# A test fails when a command in it fails; `skip REASON` ends it as skipped.

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failures=0

skip() {
  echo "$1"
  exit 77
}

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

# runs NAME...: runs the tests of these names that TESTS asks for
run_tests() {
  for name in "$@"; do
    case " ${TESTS:-$name} " in *" $name "*) ;; *) continue ;; esac
    output=$(set -e && "test_$name" 2>&1)
    case $? in
      0) echo "ok      $name" ;;
      77) echo "skipped $name: $output" ;;
      *)
        echo "FAILED  $name:"
        printf '%s\n' "$output" | sed 's/^/    /'
        failures=1
        ;;
    esac
  done
  return "$failures"
}
