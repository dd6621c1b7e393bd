#!/bin/sh
# page-test.sh, run from the top of the tree: a browser opens the page of `copytest --show --html`, in a light
# and a dark scheme, with less motion, and as wide as a phone, walks its steps by keys and buttons, and says what
# it draws in each. That is compared with what the text says.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317
. partB/harness/shelltest.sh

# Added to the page, which stands in a frame: chunks, bytes and memory of the visible step, as the arrows lead,
# a line for each step; then which steps the other keys and the buttons show.
walk='<script>
  const inside = (box, point) => {
    const value = name => box.querySelector("rect")[name].baseVal.value;
    return box.getBBox().width > 0 && point.x >= value("x") && point.x <= value("x") + value("width") &&
      point.y >= value("y") && point.y <= value("y") + value("height");
  };
  const words = element => element ? element.textContent.trim().replace(/ +/g, " ") : "nothing";
  const all = (step, what) => [...step.querySelectorAll(what)];
  const drawn = (step, chunk) => {
    const middle = chunk.querySelector("text").getAttribute("x");
    const name = words(all(step, ".name").find(name => name.getAttribute("x") === middle));
    const arrows = all(step, ".arrow").filter(arrow => inside(chunk, arrow.querySelector("path").getPointAtLength(0)));
    const tips = arrows.map(arrow => arrow.querySelector(".head").getPointAtLength(0));
    return [name, words(chunk), ...tips.map(tip => "> " + words(all(step, ".frame").find(box => inside(box, tip))))].join(" ");
  };
  const seen = () => steps.filter(step => step.offsetHeight > 0);
  const key = key => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
  const ways = { ArrowLeft: () => key("ArrowLeft"), Home: () => key("Home"), End: () => key("End"),
    next: () => document.getElementById("next").click(), back: () => document.getElementById("back").click() };
  const lines = [];
  for (const step of steps) {
    lines.push(seen().map(step => step.id).join() + ": " + all(seen()[0], ".chunk").map(chunk => drawn(seen()[0], chunk)).join(", "));
    key("ArrowRight");
  }
  for (const way of ["ArrowLeft", "Home", "next", "next", "back", "End", "next", "back", "Home", "back", "End", "Home"]) {
    ways[way]();
    lines.push("by " + way + " " + seen().map(step => steps.indexOf(step) - (way === "End" || way === "ArrowLeft" ? steps.length : 0)).join());
  }
  const wide = document.documentElement.scrollWidth > innerWidth;
  lines.push("inside " + innerWidth + (wide ? ", wider" : ""), "back " + getComputedStyle(document.body).backgroundColor,
    "motion " + document.getAnimations().length);
  parent.postMessage(lines.join("\n"), "*");
</script>'
by_ways='by ArrowLeft -2
by Home 0
by next 1
by next 2
by back 1
by End -1
by next 6
by back 5
by Home 0
by back 0
by End -1
by Home 0'

# opened WIDTH OPTION...: what the page says of itself then.
opened() {
  printf '<pre id="walked"></pre><script>onmessage = event => { document.getElementById("walked").textContent = "\\n" + event.data + "\\n"; }</script>
    <iframe width="%d" height="800" style="border: 0" src="walk.html"></iframe>\n' "$1" >"$scratch/frame.html"
  shift
  timeout -k 5 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --virtual-time-budget=5000 \
    --disable-background-networking --disable-component-update --disable-sync --user-data-dir="$scratch/browser" \
    --window-size=1200,900 "$@" --dump-dom "file://$scratch/frame.html" 2>/dev/null |
    sed -n '/<pre id="walked">/,/<\/pre>/{/<.*pre/d; s/&gt;/>/g; p}'
}

# The text's chunks, a line for each step, with the frames to which their lines lead: down, and along the first bar.
text_drawn() {
  awk '
    function words(text) { gsub(/[][]/, "", text); gsub(/ +/, " ", text); gsub(/^ | $/, "", text); return text }
    function frame(c, r, left, right) {
      for (r = 3; r < rows; r++) {
        if (substr(row[r], c, 1) != "+") continue
        for (left = c; substr(row[r], left - 1, 1) ~ /[-+|]/;) left--
        for (right = c; substr(row[r], right + 1, 1) ~ /[-+|]/;) right++
        for (c = left; c < right && (substr(row[r], c, 1) != "+" || substr(row[r + 1], c, 1) != "|");) c++
      }
      return words(substr(row[rows], int((c - 5) / 14) * 14 + 5, 12))
    }
    function draw(c, line, box) {
      for (c = 10; c <= length(row[1]); c += 14) {
        box = words(substr(row[2], c - 5, 12))
        sub(/ -$/, " not read", box)
        line = line (line ? ", " : "") substr(row[1], c, 1) " " box (substr(row[3], c, 1) == "|" ? " > " frame(c) : "")
      }
      print "step-" step ": " line
    }
    /^[0-9]+\. / { step = $1 + 0 }
    /^$/ { if (row[2] ~ /^ +(\[ |freed)/) draw(); rows = 0; delete row; next }
    { row[++rows] = $0 }' "$1"
}

# walked COUNT OPTION...: of the page made last, which has so many steps.
walked() {
  count=$1
  shift
  text_drawn "$scratch/text" >"$scratch/expected"
  [ "$(grep -c '> frame' "$scratch/expected")" -eq "$count" ] || fail "nothing to compare with: $(cat "$scratch/expected")"
  opened "$@" >"$scratch/seen"
  grep ^step "$scratch/seen" | diff "$scratch/expected" - >"$scratch/diff" || fail "$*: text (<) and page (>): $(cat "$scratch/diff")"
}

show() {
  partB/copytest --show "$@" --html "$scratch/page.html" >"$scratch/text"
  { cat "$scratch/page.html"; printf '%s\n' "$walk"; } >"$scratch/walk.html"
}

page_walked() {
  show
  for options in '1000' '360' '1000 --blink-settings=preferredColorScheme=0' '1000 --force-prefers-reduced-motion'; do
    # shellcheck disable=SC2086 # several words
    walked 7 $options
    [ "$(grep ^by "$scratch/seen")" = "$by_ways" ] || fail "$options: keys and buttons lead to $(grep ^by "$scratch/seen")"
    grep -qx "inside ${options%% *}" "$scratch/seen" || fail "$options: $(grep ^inside "$scratch/seen")"
    case $options in *motion) motion=0 ;; *) motion=1 ;; esac
    grep -qx "motion $motion" "$scratch/seen" || fail "$options: $(grep ^motion "$scratch/seen")"
    grep ^back "$scratch/seen" >>"$scratch/backs"
  done
  [ "$(sort -u "$scratch/backs" | wc -l)" -eq 2 ] || fail "light and dark are the same: $(cat "$scratch/backs")"
}

# Frames that are not below their chunks, arrows that cross, and a chunk that sleeps.
page_of_own_steps() {
  show 'a = alloc; b = alloc; c = lazy a; d = lazy b; s = snapshot a; write a; read s; free b'
  grep -q 'not read' "$scratch/page.html" || fail "the snapshot does not sleep"
  walked 8 1000
}

run_test page_walked
run_test page_of_own_steps
exit "$failures"
