#!/bin/sh
# kit.sh DIRECTORY, run from the top of the repository by `make kit DIR=path`.
#
# Writes what students start from to a directory that is empty or not there yet.
# KIT_CHECKS names the sources of the checks.
set -e

die() {
  echo "kit: $1" >&2
  exit 2
}

# The programs of a page become files: a block marked "c" whose first line names one.
extract_programs() {
  mkdir -p "$2"
  awk -v to="$2" '/^```/ { file = ""; first = $0 == "```c"; next }
    first && match($0, /^\/\* [a-z_]+\.c:/) { file = to "/" substr($0, 4, RLENGTH - 4) }
    { first = 0 } file { print >file }' "$1"
}

[ -n "$1" ] || die 'DIR= must name a directory, empty or not there yet'
target=$1
if [ -e "$target" ]; then
  [ -d "$target" ] || die "$target is no directory"
  [ -z "$(ls -A "$target")" ] || die "$target is not empty"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -R partB/kit/top/. "$work"
mkdir -p "$work/partA/tester" "$work/partB"
cp partA/kit/letsbefriends.c "$work/partA"
cp partA/tester/tester.c "$work/partA/tester"
cp partB/kit/*.c partB/grade/lab/lazycopy.h "$work/partB"
# Its links lead to the same files there, which lie elsewhere.
sed -i 's|](../../../partA/kit/|](partA/|g; s|](../../../partA/|](partA/|g; s|](../../grade|](partB/grade|g; s|](../|](partB/|g' "$work/README.md"
sed 's|](../../partB/kit/top/|](../|g' partA/kit/README.md >"$work/partA/README.md"
sed 's|](../grade/lab/|](|g' partB/kit/README.md >"$work/partB/README.md"
for part in partA partB; do
  extract_programs "$work/$part/README.md" "$work/$part/examples"
done
for source in ${KIT_CHECKS:?}; do
  directory=$work/${source%/*}
  [ -d "$directory" ] || mkdir -p "$directory"
  cp -R "$source" "$directory"
done
sh partB/grade/requirements.sh partA/kit/README.md partB/kit/README.md >"$work/partB/grade/requirements"
rm -rf "$work"/part?/*/*.mk "$work"/partB/grade/*test.sh "$work"/partB/grade/requirements.sh \
  "$work"/partB/grade/class.sh "$work"/partB/grade/autograder "$work"/partB/grade/golden "$work"/part?/grade/mutants

mkdir -p "$target" 2>/dev/null || die "$target cannot be made"
cp -R "$work/." "$target" || die "$target cannot be written"
echo "$target: what students start from. It holds no solutions."
