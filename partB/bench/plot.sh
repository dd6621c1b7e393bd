#!/bin/sh
# Draws the benchmark's curves: reads the CSV that bench --csv wrote, and writes
# copy-time.svg, break-even.svg, first-write.svg and memory.svg.
#
#   plot.sh [--csv FILE] [--to DIRECTORY] [--gnuplot PROGRAM]
#
# "make plot" runs it; see there for the defaults.
here=$(dirname "$0")
csv=$here/results.csv
to=$here
gnuplot=gnuplot

give_up() {
  echo "plot: $*" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || give_up "'$1' needs a value, or is not an option"
  case $1 in
    --csv) csv=$2 ;;
    --to) to=$2 ;;
    --gnuplot) gnuplot=$2 ;;
    *) give_up "'$1' is not an option" ;;
  esac
  shift 2
done
command -v "$gnuplot" >/dev/null || give_up "$gnuplot is not installed (Debian package gnuplot-nox)"
[ -r "$csv" ] || give_up "cannot read $csv"
mkdir -p "$to" || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# The curves, in files SCENARIO.METHOD: x, median, low, high. Empty if there is no such curve.
scenarios='copy-size break-even first-write-live memory'
for scenario in $scenarios; do
  for method in lazy handout kernel fork eager eager-warm; do : >"$work/$scenario.$method"; done
done
lacking=$(awk -F, -v scenarios="$scenarios" -v work="$work" '
  BEGIN { n = split(scenarios, names, " "); for (i = 1; i <= n; i++) wanted[names[i]] }
  $2 in wanted { seen[$2] }
  $1 == "figure" && $2 in wanted { print $4, $6, $7, $8 >(work "/" $2 "." $3) }
  END { for (i = 1; i <= n; i++) if (!(names[i] in seen)) { print names[i]; exit } }' "$csv")
[ -z "$lacking" ] || give_up "no figures for $lacking in $csv"

# "AMD EPYC, Linux 6.18": the machine, from the comment lines.
machine=$(sed -n 's/^# Processor: \(.*\)/\1/p; s/^# Kernel: \([^,]*\).*/\1/p' "$csv" | paste -sd ';' - | sed 's/;/; /')

"$gnuplot" -e "work = '$work'; to = '$to'; machine = '$machine'" "$here/plot.gp" || exit 2
# describe PICTURE SCENARIO TITLE HORIZONTALLY UNIT: the words for those who do not see
# it. Each curve with its two ends; the unit of what is measured is us or bytes.
describe() {
  words=$(for method in lazy handout kernel fork eager eager-warm; do
    [ ! -s "$work/$2.$method" ] || awk -v method="$method" -v unit="$5" '
      function text(value) {
        step = unit == "us" ? 1000 : 1024
        names = unit == "us" ? "microseconds milliseconds seconds" : "bytes KiB MiB GiB"
        n = split(names, name, " ")
        for (i = 1; i < n && value >= step; i++) value /= step
        return sprintf("%.3g %s", value, name[i])
      }
      NR == 1 { first = $2; from = $1 } { last = $2; to = $1 }
      END { printf "%s: %s at %s, %s at %s. ", method, text(first), from, text(last), to }' "$work/$2.$method"
  done | sed "s/eager-warm:/memcpy to warm memory:/; s/eager:/memcpy to fresh memory:/; s/kernel:/memfd with MAP_PRIVATE:/
    s/handout:/the plain answer of the lab:/; s/lazy:/lazycopy:/")
  sed -i "s|<title>Gnuplot</title>|<title>$3</title>|; s|<desc>.*</desc>|<desc>$4. $words</desc>|" "$to/$1.svg"
}

describe copy-time copy-size 'Time to copy a block, against its size' \
  'Curves of the time that each way of copying takes, against the size of the block in bytes' us
describe break-even break-even 'Time for copying and writing, against the part of the chunks that is written' \
  'Curves of the time for copying 125 MiB and writing to chunks, against the percentage of chunks written' us
describe first-write first-write-live 'Time of a first write, against the number of live copies' \
  'Curves of the time of a first write to a copied chunk, against the number of live copies' us
describe memory memory 'Memory, against the number of copies' \
  'Curves of the memory in use for 62.5 MiB and its copies, against the number of copies' bytes
echo "Drawn from $csv: $to/{copy-time,break-even,first-write,memory}.svg"
