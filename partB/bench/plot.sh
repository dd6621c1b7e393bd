#!/bin/sh
# Draws the curves of the benchmark, from the CSV that bench --csv wrote, into a directory:
# copy-time.svg, break-even.svg, first-write.svg and memory.svg. "make plot" runs it.
csv=$1 to=$2

give_up() {
  echo "plot: $*" >&2
  exit 2
}

[ $# -eq 2 ] || give_up "usage: plot.sh CSV DIRECTORY"
[ -r "$csv" ] || give_up "cannot read $csv"
command -v gnuplot >/dev/null || give_up "gnuplot is not installed (Debian package gnuplot-nox)"
mkdir -p "$to" || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# For each curve a file SCENARIO.METHOD: x, median, low, high.
awk -F, -v work="$work" '$1 == "figure" && $2 ~ /^(copy-size|break-even|first-write-live|memory)$/ {
  print $4, $6, $7, $8 >(work "/" $2 "." $3) }' "$csv"

# "AMD EPYC; Linux 6.18": the machine, from the comment lines.
machine=$(sed -n 's/^# Processor: \(.*\)/\1/p; s/^# Kernel: \([^,]*\).*/\1/p' "$csv" | paste -sd ';' - | sed 's/;/; /')
gnuplot -e "work = '$work'; to = '$to'; machine = '$machine'" "$(dirname "$0")/plot.gp" || exit 2

# describe PICTURE SCENARIO TITLE UNIT WORDS: the words for those who do not see it, and
# each curve with its two ends. The unit of what is measured is us or bytes.
describe() {
  ends=$(for method in lazy handout kernel fork eager eager-warm; do
    [ ! -s "$work/$2.$method" ] || awk -v method="$method" -v unit="$4" '
      function text(value) {
        step = unit == "us" ? 1000 : 1024
        n = split(unit == "us" ? "microseconds milliseconds seconds" : "bytes KiB MiB GiB", name, " ")
        for (i = 1; i < n && value >= step; i++) value /= step
        return sprintf("%.3g %s", value, name[i])
      }
      NR == 1 { first = $2; from = $1 }
      END { printf "%s: %s at %s, %s at %s. ", method, text(first), from, text($2), $1 }' "$work/$2.$method"
  done | sed "s/eager-warm:/memcpy to warm memory:/; s/eager:/memcpy to fresh memory:/; s/kernel:/memfd with MAP_PRIVATE:/
    s/handout:/the plain answer of the lab:/; s/lazy:/lazycopy:/")
  sed -i "s|<title>Gnuplot</title>|<title>$3</title>|; s|<desc>.*</desc>|<desc>$5. $ends</desc>|" "$to/$1.svg"
}

describe copy-time copy-size 'Time to copy a block, against its size' us \
  'Curves of the time that each way of copying takes, against the size of the block in bytes'
describe break-even break-even 'Time for copying and writing, against the part of the chunks that is written' us \
  'Curves of the time for copying 125 MiB and writing to chunks, against the percentage of chunks written'
describe first-write first-write-live 'Time of a first write, against the number of live copies' us \
  'Curves of the time of a first write to a copied chunk, against the number of live copies'
describe memory memory 'Memory, against the number of copies' bytes \
  'Curves of the memory in use for 62.5 MiB and its copies, against the number of copies'
echo "Drawn from $csv: $to/{copy-time,break-even,first-write,memory}.svg"
