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

# ends SCENARIO UNIT: for those who do not see the picture, where each curve begins and ends.
ends() {
  for curve in "$work/$1".*; do
    awk -v name="${curve##*.}" -v unit="$2" 'NR == 1 { from = $1; first = $2 }
      END { printf "%s: %.3g %s at %s, %.3g %s at %s. ", name, first, unit, from, $2, unit, $1 }' "$curve"
  done
}

# draw PICTURE SCENARIO UNIT TITLE X Y: with the words for the title and the two axes.
draw() {
  gnuplot -e "to = '$to/$1.svg'; work = '$work'; scenario = '$2'; machine = '$machine'" \
    -e "set title \"$4\"; set xlabel '$5'; set ylabel '$6'" "${0%sh}gp" || exit 2
  sed -i "s|<title>Gnuplot</title>|<title>$4</title>|
    s|<desc>.*</desc>|<desc>Curves of the $6, against the $5. $(ends "$2" "$3")</desc>|" "$to/$1.svg"
}

draw copy-time copy-size us 'Time to copy a block of memory' 'size of the block in bytes' 'time'
draw break-even break-even us 'Copy 125 MiB (2000 chunks), then write to some of the chunks' \
  'percentage of chunks that are written, one byte each' 'time for copying and writing'
draw first-write first-write-live us 'First write to a copied chunk, among many copies' \
  'number of live copies of chunks' 'time of the write'
draw memory memory bytes "Memory for 62.5 MiB and its copies, 5% of each copy's chunks written" \
  'number of copies' 'memory in use'
echo "Drawn from $csv: $to/{copy-time,break-even,first-write,memory}.svg"
