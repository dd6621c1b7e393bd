#!/bin/sh
# page-test.sh, run from the top of the tree: a browser opens the page of `copytest --show --html`, in a light
# and a dark scheme and at the width of a phone, walks its steps by keys, and says what it draws in each. That
# is compared with what the text says.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317
. partB/harness/shelltest.sh

# Where the browser is told to draw: the rights of the visible chunks of each step, one line each.
walk='<pre id="walked"></pre><script>
  const lines = [];
  for (let i = 0; i < steps.length; i++) {
    const seen = steps.filter(step => step.offsetHeight > 0);
    lines.push(seen.map(step => step.id).join() + ":" +
      [...seen[0].querySelectorAll(".chunk text")].filter(text => text.getBBox().width > 0)
        .map(text => text.textContent.slice(0, 3)).join(" "));
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  }
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Home" }));
  lines.push("home " + (steps[0].offsetHeight > 0) + " wide " + (document.documentElement.scrollWidth > innerWidth),
    "back " + getComputedStyle(document.body).backgroundColor);
  document.getElementById("walked").textContent = lines.join("\n") + "\n";
</script>'

# opened OPTION...: what the page says of itself then.
opened() {
  timeout -k 5 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --user-data-dir="$scratch/browser" \
    "$@" --dump-dom "file://$scratch/walk.html" 2>/dev/null | sed -n '/<pre id="walked">/,/<\/pre>/{s/.*<pre id="walked">//; /<.pre>/d; p}'
}

page_walked() {
  partB/copytest --show --html "$scratch/page.html" >"$scratch/text"
  { cat "$scratch/page.html"; printf '%s\n' "$walk"; } >"$scratch/walk.html"
  awk '/^[0-9]+\. / { step = "step-" $1 + 0 } /^ *\[ [r-][w-]/ {
      gsub(/\[ |freed/, "&"); line = ""
      for (i = 1; i <= NF; i++) if ($i ~ /^[r-][w-]-$/ || $i == "freed") line = line " " substr($i, 1, 3)
      print step ":" substr(line, 2) }' "$scratch/text" >"$scratch/expected"
  [ "$(wc -l <"$scratch/expected")" -eq 7 ] || fail "nothing to compare with"
  for options in --window-size=1000,800 --window-size=500,800 --blink-settings=preferredColorScheme=0; do
    opened "$options" >"$scratch/seen"
    grep ^step "$scratch/seen" | diff "$scratch/expected" - >"$scratch/diff" || fail "$options: text (<) and page (>): $(cat "$scratch/diff")"
    grep -qx 'home true wide false' "$scratch/seen" || fail "$options: $(tail -n 2 "$scratch/seen")"
    tail -n 1 "$scratch/seen" >>"$scratch/backs"
  done
  [ "$(sort -u "$scratch/backs" | wc -l)" -eq 2 ] || fail "light and dark are the same: $(cat "$scratch/backs")"
}

run_test page_walked
exit "$failures"
