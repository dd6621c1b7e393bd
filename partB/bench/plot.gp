# A picture. plot.sh runs this, with titles, and with csv; scenario; to: where the picture
# goes; machine: a line for the foot.
#
# Colours are Okabe and Ito's, which colour-blind people can tell apart, the light ones darker
# and the dark one lighter. The background is transparent and the text a grey that can be read
# on white and on black alike.

methods = "lazy handout kernel fork eager eager-warm"
array names[6] = ["lazycopy", "the lab's plain answer", "memfd, MAP\\_PRIVATE", "fork", "memcpy, fresh memory", \
  "memcpy, warm memory"]
grey = "#777777"
set linetype 1 linecolor rgb "#D55E00" linewidth 3 pointtype 7 pointsize 0.8
set linetype 2 linecolor rgb "#1478BE" linewidth 1.6 pointtype 5 pointsize 0.6
set linetype 3 linecolor rgb "#009E73" linewidth 1.6 pointtype 9 pointsize 0.7
set linetype 4 linecolor rgb "#CC79A7" linewidth 1.6 pointtype 11 pointsize 0.7
set linetype 5 linecolor rgb "#C07F00" linewidth 1.6 pointtype 13 pointsize 0.7
set linetype 6 linecolor rgb "#3D9BD6" linewidth 1.6 pointtype 3 pointsize 0.6

set terminal svg size 820,520 dynamic font "sans-serif,14" enhanced
set border 3 linecolor rgb grey
set tics nomirror textcolor rgb grey
set xlabel textcolor rgb grey
set ylabel textcolor rgb grey
set title textcolor rgb grey font ",14"
set grid ytics linecolor rgb grey linewidth 0.3 dashtype 3
set key outside right center Left reverse textcolor rgb grey
set bmargin 5.5
set label machine at screen 0.99,0.025 right noenhanced textcolor rgb grey font ",11"

# Times are drawn in seconds, memory in bytes.
unit = scenario eq "memory" ? 1 : 1e-6
if (scenario eq "memory") { set logscale y 2; set format y "%.0b %BB" } else { set format y "%.0s %cs" }
if (scenario eq "copy-size") { set logscale x 16; set logscale y; set format x "%.0b %BB" }
if (scenario eq "first-write-live") { set logscale xy; set format x "%.0f" }
if (scenario eq "break-even") { set format x "%g%%"; set yrange [0:] }

set output to
set datafile separator ","
rows(i) = "grep '^figure,".scenario.",".word(methods, i).",' ".csv
shown = ""
do for [i = 1:6] { if (strlen(system(rows(i)))) { shown = shown." ".i } }
set errorbars 0 linewidth 1
plot for [i in shown] "<".rows(int(i)) using 4:($6 * unit):($7 * unit):($8 * unit) title names[int(i)] \
  with yerrorlines linetype int(i)
