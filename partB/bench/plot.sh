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

# curve SCENARIO METHOD: x, median, low, high. Empty if there is no such curve.
for scenario in copy-size break-even first-write-live memory; do
  for method in lazy handout kernel fork eager eager-warm; do
    awk -F, -v scenario=$scenario -v method=$method \
      '$1 == "figure" && $2 == scenario && $3 == method { print $4, $6, $7, $8 }' "$csv" >"$work/$scenario.$method"
  done
  awk -F, -v scenario=$scenario '$2 == scenario' "$csv" | grep -q . || give_up "no figures for $scenario in $csv"
done

# "AMD EPYC, Linux 6.18": the machine, from the comment lines.
machine=$(sed -n 's/^# Processor: \(.*\)/\1/p; s/^# Kernel: \([^,]*\).*/\1/p' "$csv" | paste -sd ';' - | sed 's/;/; /')

"$gnuplot" -e "work = '$work'; to = '$to'; machine = '$machine'" "$here/plot.gp" || exit 2
echo "Drawn from $csv: $to/{copy-time,break-even,first-write,memory}.svg"
