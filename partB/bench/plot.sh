#!/bin/sh
# Draws the curves of the benchmark, from the CSV that bench --csv wrote, into a directory:
# copy-time.svg, break-even.svg, first-write.svg and memory.svg; and from sizes.csv, which
# sizes.sh wrote, chunk-size.svg. "make plot" runs it.
csv=$1 to=$2 sizes=${0%/*}/sizes.csv

give_up() {
  echo "plot: $*" >&2
  exit 2
}

[ $# -eq 2 ] || give_up "usage: plot.sh CSV DIRECTORY"
[ -r "$csv" ] || give_up "cannot read $csv"
command -v gnuplot >/dev/null || give_up "gnuplot is not installed (Debian package gnuplot-nox)"
mkdir -p "$to" || exit 2

# "AMD EPYC; Linux 6.18": the machine, from the comment lines.
machine() {
  sed -n 's/^# Processor: \(.*\)/\1/p; s/^# Kernel: \([^,]*\).*/\1/p' "$csv" | paste -sd ';' - | sed 's/;/; /'
}

# ends SCENARIO: for those who do not see the picture, where each curve begins and ends.
ends() {
  awk -F, -v scenario="$1" 'function text(value) {
      step = $5 == "us" ? 1000 : 1024
      n = split($5 == "us" ? "microseconds milliseconds seconds" : "bytes KiB MiB GiB", unit, " ")
      for (i = 1; i < n && value >= step; i++) value /= step
      return sprintf("%.3g %s", value, unit[i])
    }
    $1 == "figure" && index($2, scenario ": ") == 1 { $3 = substr($2, length(scenario) + 3) ", " $3; $2 = scenario }
    $1 != "figure" || $2 != scenario { next }
    !($3 in first) { order[++curves] = $3; first[$3] = text($6) " at " $4 }
    { last[$3] = text($6) " at " $4 }
    END { for (c = 1; c <= curves; c++) printf "%s: %s, %s. ", order[c], first[order[c]], last[order[c]] }' "$csv" |
    sed 's/lazy:/lazycopy:/g; s/handout:/the plain answer of the lab:/; s/kernel:/memfd with MAP_PRIVATE:/
      s/eager:/memcpy to fresh memory:/; s/eager-warm:/memcpy to warm memory:/'
}

# draw PICTURE SCENARIO TITLE X Y: with the words for the title and the two axes.
draw() {
  gnuplot -e "to = '$to/$1.svg'; csv = '$csv'; scenario = '$2'; machine = '$(machine)'" \
    -e "set title \"$3\"; set xlabel '$4'; set ylabel '$5'" "${0%sh}gp" || exit 2
  sed -i "s|<title>Gnuplot</title>|<title>$3</title>|; s|kiB<|KiB<|
    s|<desc>.*</desc>|<desc>Curves of the $5, against the $4. $(ends "$2")</desc>|" "$to/$1.svg"
}

draw copy-time copy-size 'Time to copy a block of memory' 'size of the block in bytes' 'time'
draw break-even break-even 'Copy 125 MiB (2000 chunks), then write to some of the chunks' \
  'percentage of chunks that are written, one byte each' 'time for copying and writing'
draw first-write first-write-live 'First write to a copied chunk, among many copies' \
  'number of live copies of chunks' 'time of the write'
draw memory memory "Memory for 62.5 MiB and its copies, 5% of each copy's chunks written" 'number of copies' 'memory in use'
echo "Drawn from $csv: $to/{copy-time,break-even,first-write,memory}.svg"
csv=$sizes
draw chunk-size chunk-size 'Copy 64 MiB, then write 1,024 bytes at random places' 'size of a chunk in bytes' 'time'
echo "Drawn from $csv: $to/chunk-size.svg"
