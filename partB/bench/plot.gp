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
colours = "#D55E00 #1478BE #009E73 #CC79A7 #C07F00 #3D9BD6"
# Curves that lie on each other stay visible: every second one is dashed, and its points are open.
points = "7 4 9 10 13 3"
do for [i = 1:6] {
  set linetype i linecolor rgb word(colours, i) linewidth (i == 1 ? 3 : 1.6) \
    dashtype 2-i%2 pointtype int(word(points, i)) pointsize 0.7
}

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
if (scenario eq "chunk-size") {
  set logscale x 2; set logscale y; set format x "%.0b %BB"
  set logscale y2 2; set y2tics textcolor rgb grey; set format y2 "%.0b %BB"
  set y2label "memory in use" textcolor rgb grey
  set key below maxcols 3
  set bmargin 7.5
}

set output to
set datafile separator ","
set errorbars 0 linewidth 1
if (scenario eq "chunk-size") {
  part(row) = "<grep '^figure,chunk-size: ".row.",' ".csv
  plot part("copy,lazy") using 4:($6 * unit):($7 * unit):($8 * unit) title "copy" with yerrorlines linetype 1, \
    part("a write; on average,lazy") using 4:($6 * unit):($7 * unit):($8 * unit) title "one of the writes" with yerrorlines linetype 2, \
    part("memory,lazy") using 4:6:7:8 axes x1y2 title "memory (right)" with yerrorlines linetype 3, \
    part("copy,fork") using 4:($6 * unit):($7 * unit):($8 * unit) title "fork: copy" with yerrorlines linetype 4, \
    part("a write; on average,fork") using 4:($6 * unit):($7 * unit):($8 * unit) title "fork: one of the writes" with yerrorlines linetype 5
} else {
  rows(i) = "grep '^figure,".scenario.",".word(methods, i).",' ".csv
  shown = ""
  do for [i = 1:6] { if (strlen(system(rows(i)))) { shown = shown." ".i } }
  plot for [i in shown] "<".rows(int(i)) using 4:($6 * unit):($7 * unit):($8 * unit) title names[int(i)] \
    with yerrorlines linetype int(i)
}
