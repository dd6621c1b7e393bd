# A picture. plot.sh runs this, with titles, and with work: a directory with one file for each
# curve, "SCENARIO.METHOD"; scenario; to: where the picture goes; machine: a line for the foot.
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
set title textcolor rgb grey font ",17" offset 0,0.5
set grid ytics linecolor rgb grey linewidth 0.3 dashtype 3
set rmargin 26
set bmargin 5.5
set tmargin 3.5
unset key
set label 99 machine at screen 0.99,0.025 right noenhanced textcolor rgb grey font ",11"

file(i) = work."/".scenario.".".word(methods, int(i))
points(i) = int(system("cat ".file(i)." 2>/dev/null | wc -l"))
last(i) = real(system("tail -n 1 ".file(i)." | cut -d' ' -f2"))

if (scenario eq "copy-size") {
  set logscale xy
  set xrange [65536 * 0.8 : 4 * 1024.0**3]
  low = 1; high = 2e7
  set xtics ("64 KiB" 2**16, "1 MiB" 2**20, "16 MiB" 2**24, "256 MiB" 2**28, "4 GiB" 4 * 1024.0**3)
  set ytics ("1 µs" 1, "10 µs" 10, "100 µs" 1e2, "1 ms" 1e3, "10 ms" 1e4, "100 ms" 1e5, "1 s" 1e6, "10 s" 1e7)
}
if (scenario eq "first-write-live") {
  set logscale xy
  set xrange [8:1e6]
  low = 1; high = 1000
  set xtics ("10" 10, "100" 100, "1,000" 1000, "10,000" 1e4, "100,000" 1e5, "1,000,000" 1e6)
  set ytics ("1 µs" 1, "3 µs" 3, "10 µs" 10, "30 µs" 30, "100 µs" 100, "300 µs" 300, "1 ms" 1000)
}
if (scenario eq "memory") {
  set logscale y
  set xrange [0:60]
  low = 50 * 2**20; high = 5 * 1024.0**3
  set xtics (1, 8, 16, 32, 60)
  set ytics ("64 MiB" 2**26, "128 MiB" 2**27, "256 MiB" 2**28, "512 MiB" 2**29, "1 GiB" 2**30, \
    "2 GiB" 2 * 1024.0**3, "4 GiB" 4 * 1024.0**3)
}
if (scenario eq "break-even") {
  stats file(2) using 2 nooutput
  set xrange [-1.5:100]
  low = 0; high = STATS_max * 1.05
  set xtics 20 format "%g%%"
  set ytics ("0" 0, "50 ms" 5e4, "100 ms" 1e5, "150 ms" 1.5e5, "200 ms" 2e5, "250 ms" 2.5e5, "300 ms" 3e5, \
    "400 ms" 4e5, "500 ms" 5e5)
}
set yrange [low:high]
set output to

# Names stand at the right, as high as their curves end. Names that would touch are
# moved apart, in the order of their curves: the place of each, in parts of the axis,
# ends up at least gap above the one below.
gap = 0.05
array height[6]
array place[6]
position(y) = low > 0 ? (log(y) - log(low)) / (log(high) - log(low)) : y / high
above(i, j) = height[i] > height[j] || (height[i] == height[j] && i > j)
present = ""
do for [i = 1:6] {
  if (points(i) > 0) { present = present." ".i; height[i] = position(last(i)); place[i] = height[i] }
}
do for [round = 1:60] { do for [i in present] { do for [j in present] {
  a = int(i); b = int(j)
  if (a != b && above(b, a) && place[b] - place[a] < gap - 0.001) {
    move = (gap - place[b] + place[a]) / 2; place[b] = place[b] + move; place[a] = place[a] - move
  }
} } }
do for [i in present] {
  a = int(i)
  set label a names[a] at graph 1, graph place[a] left offset 1.2,0 textcolor lt a
}
plot for [i in present] file(i) using 1:3:(0):($4 - $3) title '' with vectors nohead linetype int(i) linewidth 1, \
  for [i in present] file(i) using 1:2 title names[int(i)] with linespoints linetype int(i)
