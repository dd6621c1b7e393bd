#!/bin/sh
# Tests of the documentation: links lead somewhere, functions are in the files that
# are said to hold them, programs compile, and commands print what is printed. Run
# from the top of the tree.
#
# In README.md, partA/README.md, partB/README.md and partB/teaching.md, a block marked "c" whose
# first line names a file is that file, and a block marked "console" is a session
# in a directory that holds those files, partA and partB: after "$ " a command,
# then its output. Numbers may differ; "..." stands for any lines.
#
# SESSIONS names the documents with sessions of another tree, which is tested then:
# the kit for students.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2015,SC2016
sources=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=partB/harness/shelltest.sh
. "$sources/partB/harness/shelltest.sh"
within=$sources/partB/build/harness/within
top=$PWD
sessions=${SESSIONS:-'README.md partA/README.md partB/README.md partB/teaching.md'}
run_now=${SESSIONS:-'README.md partA/README.md'} # the others' programs take gigabytes
[ "$SCALE" != full ] || run_now=$sessions
documents=$(find . -name '*.md' ! -path '*/build/*' | sort)

# Prints a document without its blocks, each paragraph or list item on one line.
prose() {
  awk '/^```/ { block = !block; next } block { next }
    /^$/ || /^(#|\||[-*] |[0-9]+\. )/ { printf "\n" } { sub(/^ +/, ""); printf "%s ", $0 } END { print "" }' "$1"
}

# Writes the blocks of a document to files NUMBER.LANGUAGE in the directory.
split_blocks() {
  awk -v to="$2" '/^```/ { inside = !inside; if (inside) file = sprintf("%s/%03d.%s", to, ++n, substr($0, 4) ? substr($0, 4) : "text"); next }
    inside { print >file }' "$1"
}

# The names by which links refer to the headings of the documents: a file and a name in each line.
anchors() {
  # shellcheck disable=SC2086 # several names
  awk 'FNR == 1 { block = 0 } /^```/ { block = !block }
    /^#+ / && !block { sub(/^#+ +/, ""); $0 = tolower($0); gsub(/[^a-z0-9 _-]/, ""); gsub(/ /, "-"); print FILENAME " " $0 }' $documents
}

# ---- Links and names ----

check_link() {
  path=${2%%#*}
  target=$1
  [ -z "$path" ] || target=${1%/*}/$path
  [ -e "$target" ] || { echo "$1: nothing at $2"; return; }
  case $2 in
    *'#'*) case $target in */../*) target=$(echo "$target" | sed -E ':again; s,/[^/.]+/\.\./,/,; t again') ;; esac
      grep -qxF -e "$target ${2#*#}" "$scratch/anchors" || echo "$1: no heading for $2" ;;
  esac
}

readme_links() {
  anchors >"$scratch/anchors"
  for document in $documents; do
    prose "$document" | grep -Eo '\]\([^)]+\)|(src|srcset)="[^"]+"' | sed -E 's/^\]\(|\)$|^[a-z]+="|"$//g' |
      grep -v '^[a-z]*:' | while read -r link; do check_link "$document" "$link"; done
  done >"$scratch/broken"
  [ ! -s "$scratch/broken" ] || fail "$(cat "$scratch/broken")"
}

# Of `name` in [file](file), and of [`name`](file).
readme_names() {
  for document in $documents; do
    prose "$document" | grep -Eo '`[a-z_]+` in \[[^]]*\]\([^)#]+\)|\[`[a-z_]+`\]\([^)#]+\)' |
      sed -E "s,^\\[?\`([a-z_]+)\`.*\\(([^)]+)\\)\$,\\1 ${document%/*}/\\2 $document,"
  done | while read -r name file document; do
    [ -d "$file" ] || echo "$name $file $document"
  done | awk '{
    if (!($2 in text)) while ((getline line <$2) > 0) text[$2] = text[$2] line "\n"
    if (text[$2] !~ "(^|[^A-Za-z0-9_])" $1 "([^A-Za-z0-9_]|$)") print $3 ": no " $1 " in " $2
  }' >"$scratch/broken"
  [ ! -s "$scratch/broken" ] || fail "$(cat "$scratch/broken")"
}

readme_make_targets() {
  MAKEFLAGS='' ${MAKE:-make} -pn clean | sed -n 's/^\([a-z][a-z-]*\):.*/\1/p' >"$scratch/targets"
  for document in $sessions; do
    grep -Eo '(^|`|\$ )make( [^&|`#]*)?' "$document" | sed "s/^.*make//; s/'[^']*'//g" | tr ' ' '\n' | awk -v document="$document" '
      NR == FNR { target[$1]; next }
      /./ && !/=/ && !/^-/ && !($1 in target) { print document ": make " $1 ": no such target" }' "$scratch/targets" -
  done >"$scratch/broken"
  [ ! -s "$scratch/broken" ] || fail "$(cat "$scratch/broken")"
}

# ---- Sessions ----

# matches PRINTED ACTUAL: line by line; "..." stands for any lines. What may differ from run
# to run, or with the place of the tree, gets the same name; so written, they are in *.level.
matches() {
  awk -v top="$(cd "$top" && pwd -P)/" '
    function level(line, at) {
      if (line in kind) line = "KIND"
      if (at = index(line, top)) line = substr(line, 1, at - 1) substr(line, at + length(top))
      gsub(/0x[0-9a-f]+/, "N", line); gsub(/[0-9]+(\.[0-9]+)?/, "N", line)
      gsub(/N (ns|us|ms|s)/, "TIME", line); gsub(/N ([KMG]i)?B/, "SIZE", line)
      gsub(/faster|slower|smaller|larger/, "ER", line); gsub(/ +/, " ", line)
      print line >(FILENAME ".level")
      return line
    }
    FNR == 1 { file++ }
    file == 1 { kind[$0] }
    file == 2 { printed[++n] = level($0) }
    file == 3 { actual[++m] = level($0) }
    END {
      for (i = j = 1; i <= n; i++) {
        if (printed[i] != "...") { if (j > m || printed[i] != actual[j]) exit 1; j++ }
        else if (i == n) j = m + 1
        else while (j <= m && actual[j] != printed[i + 1]) j++
      }
      exit j <= m
    }' "$sources/partA/messages" "$1" "$2"
}

# A session as a script that prints the commands, too, and keeps their status.
as_script() {
  # shellcheck disable=SC2016 # for the other shell
  echo 'cc() { command ${CC:-cc} $CFLAGS "$@"; }'
  sed -n 's/^\$ //p' "$1" | while IFS= read -r command; do
    printf 's=$?; cat <<"COMMAND"\n$ %s\nCOMMAND\n(exit $s); %s\n' "$command" "$command"
  done
}

run_session() {
  as_script "$2" >script
  "$within" 60 sh script >actual 2>&1 </dev/null
  matches "$2" actual || fail "$1, printed and seen: $(diff "$2.level" actual.level)"
}

# Programs that run with both libraries preloaded or linked, and print what a 64-bit
# machine with the usual settings prints.
check_machine() {
  [ "$(od -An -tu1 -j 4 -N 1 partA/libletsbefriends.so)" -eq 2 ] || skip "what is printed is for 64 bits"
  [ -z "$(LD_PRELOAD=$top/partA/libletsbefriends.so sh -c : 2>&1)" ] || skip "the library cannot be preloaded here"
  command -v addr2line >/dev/null || skip "no addr2line"
  [ "$(cat /proc/sys/vm/max_map_count)" = 65530 ] || skip "the limit on mappings is not the usual one"
}

# Gives a session the tree's directories. Programs that take much memory if they are not told to take
# less are told so.
lay_out() {
  ln -s "$top/partA" "$1"
  if [ "$SCALE" = full ] || [ ! -e partB/examples/undo ]; then
    ln -s "$top/partB" "$1"
    return
  fi
  mkdir "$1/partB"
  ln -s "$top"/partB/* "$1/partB"
  rm "$1/partB/examples"
  mkdir "$1/partB/examples"
  ln -s "$top"/partB/examples/* "$1/partB/examples"
  for less in 'copytest --chunks 4' 'examples/undo 5'; do
    rm "$1/partB/${less%% *}"
    echo "exec $top/partB/$less \"\$@\"" >"$1/partB/${less%% *}"
    chmod +x "$1/partB/${less%% *}"
  done
}

readme_sessions() {
  check_machine
  for document in $run_now; do
    place=$scratch/$(echo "$document" | tr / -).d
    mkdir "$place"
    lay_out "$place"
    split_blocks "$document" "$place"
    cd "$place" || exit 1
    for program in *.c; do
      [ -e "$program" ] || continue
      name=$(sed -n '1s,^/\* \([a-z_]*\.c\).*,\1,p' "$program")
      [ -z "$name" ] || mv "$program" "$name"
    done
    for session in *.console; do
      [ ! -e "$session" ] || run_session "$document" "$session"
    done
    cd "$top" || exit 1
  done
}

# ---- Figures and pictures ----

# Lines of bars are those of results.csv, and so is, as a median, each time in a
# table below the comment that says so.
readme_figures() {
  [ -e partB/bench/results.csv ] || return 0 # the kit has no benchmark
  csv=partB/bench/results.csv
  grep '^bar,' "$csv" | cut -d, -f2,3,6,9,10 >"$scratch/bars"
  for document in $documents; do
    grep -E '^[a-z0-9-]+,.*,(met|missed)$' "$document" | grep -vxF -f "$scratch/bars"
    awk -F, -v document="$document" 'NR == FNR { if ($1 == "figure" && $5 == "us") median[++n] = $6; next }
      function check(text, word, scale, digits, i) {
        split(text, word, " ")
        scale = word[2] == "us" ? 1 : word[2] == "ms" ? 1e3 : 1e6
        digits = index(word[1], ".") ? length(word[1]) - index(word[1], ".") : 0
        for (i = 1; i <= n; i++) if (sprintf("%.*f", digits, median[i] / scale) == word[1]) return
        print document ": " text " is no median in results.csv"
      }
      /^<!-- times: medians of/ { marked = 1; next }
      marked && /^\|/ { while (match($0, /[0-9]+(\.[0-9]+)? (us|ms|s) /)) { check(substr($0, RSTART, RLENGTH)); $0 = substr($0, RSTART + RLENGTH) } next }
      /./ { marked = 0 }' "$csv" "$document"
  done >"$scratch/broken"
  [ ! -s "$scratch/broken" ] || fail "$(cat "$scratch/broken")"
}

# Each picture says in words what is seen, with the figures of results.csv: no other
# run's. Of those, here, the one that the curve of lazycopy begins with.
readme_pictures() {
  [ -e partB/bench/results.csv ] || return 0 # the kit has no benchmark
  for document in $documents; do
    grep -Eo '\]\([^)]+\.svg\)' "$document" | sed 's/^](//; s/)$//' | while read -r link; do
      picture=${document%/*}/$link
      grep -q '<title>[A-Z][^<]* [^<]*</title>' "$picture" || echo "$picture: no title"
      case $picture in */split.svg) continue ;; esac # it draws no curve, and its words are text
      grep -Eq '<desc>.*lazycopy: [0-9].*</desc>' "$picture" || echo "$picture: no description"
    done
  done >"$scratch/broken"
  for pair in copy-time:copy-size break-even:break-even first-write:first-write-live; do
    median=$(awk -F, -v scenario="${pair#*:}" '$1 == "figure" && $2 == scenario && $3 == "lazy" { v = $6; u = "micro"
      if (v >= 1000) { v /= 1000; u = "milli" } printf "%.3g %sseconds", v, u; exit }' partB/bench/results.csv)
    grep -q "lazycopy: $median" "partB/bench/${pair%:*}.svg" || echo "${pair%:*}.svg: lazycopy does not begin with $median"
  done >>"$scratch/broken"
  [ ! -s "$scratch/broken" ] || fail "$(cat "$scratch/broken")"
}

run_all readme_ links names make_targets sessions figures pictures
