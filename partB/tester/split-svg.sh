#!/bin/sh
# split-svg.sh PICTURE, run from the top of the tree by `make plot`: draws a split, before the write and after it,
# as copytest shows it in this run.
page=$(mktemp) || exit 2
trap 'rm -f "$page"' EXIT
partB/copytest --show --html "$page" >/dev/null || exit 2

# drawing STEP X: of the page, at that place of the picture.
drawing() {
  sed -n "/id=\"step-$1\"/,/<\/section>/{/<svg/,/<\/svg>/p}" "$page" |
    sed "s/<svg [^>]*viewBox/<svg class=\"drawing\" x=\"$2\" y=\"30\" width=\"360\" height=\"206\" viewBox/; s/ style=\"[^\"]*\"//"
}

{
  echo '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 800 246" width="800" height="246">'
  echo '<title>A first write gives the written chunk a frame of its own</title>'
  sed -n '/<style id="drawing">/,/<\/style>/p' "$page" | sed 's/ id="drawing"//'
  echo '<g class="drawing"><text x="200" y="18">c = chunk_copy_lazy(b)</text><text x="600" y="18">b[0] = &#39;B&#39;</text></g>'
  drawing 3 20
  drawing 4 420
  echo '</svg>'
} >"$1"
