#!/bin/sh
# Tests of what is shown of anybody's lazycopy. Run from the top of the tree.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317
. partB/harness/shelltest.sh
program=partB/build/tester/show

# library FILE: what `make show` makes of a mutant, without the grader's leniency.
library() { ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -fPIC -shared -w -IpartB -o "$scratch/lazycopy.so" "$1" -pthread -Wl,-Bsymbolic; }

# shows STATUS [STEPS [PAGE]]: of the library made last.
shows() {
  status=$1
  shift
  try "$status" "$program" "$scratch/lazycopy.so" "$@"
}

# marked STEP WORDS: in that step, and in none before.
marked() {
  awk '/^[0-9]+\. / { step = $1 } /!!/ { print step $0; exit }' "$scratch/out" >"$scratch/first"
  grep -q "^$1\\. .*$2" "$scratch/first" || fail "$file: the first mark is: $(cat "$scratch/first")"
}

# mutant NAME STEP WORDS [STEPS]
mutant() {
  file=$1
  library "partB/grade/mutants/$1.c" || fail "$1 does not compile"
  shows 1 "$4"
  marked "$2" "$3"
}

show_right_answers() {
  library partB/handout/handout.c || skip "no compiler"
  shows 0
  ! grep '!!' "$scratch/out" || fail "a right answer is marked"
  grep -q 'There is no chunk_free' "$scratch/out" || fail "what is missing is not told"
  try 0 partB/copytest --show 'a = alloc; s = snapshot a; read s; write a; read s; restore a s; pin a; b = lazy a; write b 65535'
  ! grep '!!' "$scratch/out" || fail "the library is marked"
  grep -q '\[ ---   -  \]' "$scratch/out" || fail "the snapshot does not sleep"
}

show_wrong_bytes() {
  mutant both-linked 4 'a changed, too: b and a still share a frame'
  mutant contents-lost 4 'the old bytes are gone'
  mutant half-restored 4 'the old bytes are gone'
  mutant no-copy 2 'b is a itself'
  mutant no-copy-of-copy 3 'chunk_copy_lazy returned NULL'
}

show_wrong_memory() {
  mutant copy-unprotected 2 'b can be written: nobody will notice'
  mutant original-unprotected 2 'a can be written: nobody will notice'
  mutant newest-protected 3 'b can be written'
  mutant eager-in-disguise 2 'the copy is not lazy'
  mutant split-on-read 3 'b was only read' 'a = alloc; b = lazy a; read b; write b'
}

# Mutants that need other steps than the default ones.
show_wrong_in_own_steps() {
  mutant last-byte-missed 3 'crashed' 'a = alloc; b = lazy a; write b 65535'
  mutant first-page-only 3 'a changed, too: the write to b went there' 'a = alloc; b = lazy a; write b 5000'
  grep -q 'a new frame, but not for all of the 64 KiB' "$scratch/out" || fail "the page is told to be a chunk"
  mutant from-fault-page 3 'b is damaged' 'a = alloc; b = lazy a; write b 5000'
  mutant free-wipes 3 'b is damaged: b.0. is 0x00' 'a = alloc; b = lazy a; free a'
}

show_wrong_chunks() {
  mutant same-chunk 2 'the new chunk did not hold zeros' 'a = alloc; b = alloc'
  mutant one-copy-only 3 'chunk_copy_lazy returned NULL' 'a = alloc; b = lazy a; c = lazy a'
  mutant eager-is-same 2 'b is a itself' 'a = alloc; b = eager a'
}

# What is wrong was so before, and is met later.
show_wrong_later() {
  mutant page-missed 4 'crashed' 'a = alloc; b = lazy a; write b; write a 45100'
  mutant from-partner 4 'a is damaged: a.12000. is 0x42' 'a = alloc; b = lazy a; write b 12000; write a 60000'
  mutant list-reset 4 'crashed' 'a = alloc; b = lazy a; c = alloc; write a'
  mutant newest-two 6 'crashed' 'a = alloc; b = lazy a; c = lazy b; d = lazy c; e = lazy d; write a'
}

# ends STEP WORDS STATEMENT: of an answer whose lazy copy is that.
ends() {
  file="lazy: $3"
  {
    echo '#include <unistd.h>'
    sed '/^void .chunk_copy_lazy/,$d' partB/kit/lazycopy.c
    echo "void *chunk_copy_lazy(void *chunk) { $3 return chunk; }"
  } >"$scratch/ends.c"
  library "$scratch/ends.c" || fail "it does not compile"
  shows 1
  marked "$1" "$2"
}

# Small ones: those mutants that do the same map gigabytes meanwhile.
show_ends_with_the_step() {
  mutant handler-once 5 'crashed (Segmentation fault)'
  mutant handler-exits 4 'ended with exit status'
  ends 2 'printed more than a MiB' 'for (;;) write(1, "flood", 5);'
  ends 2 'hung' 'for (;;) pause();'
  ends 2 'was stopped' 'for (;;) continue;'
  grep -q '^1\. a = ' "$scratch/out" || fail "the steps before are not shown"
}

show_own_steps() {
  library partB/handout/handout.c || skip "no compiler"
  shows 0 'a=alloc;b=lazy a;c=lazy b;write b;write a;;'
  grep -q "^5\\. a\\[0\\] = 'X';$" "$scratch/out" || fail "not the steps: $(cat "$scratch/out")"
}

show_refuses() {
  for steps in 'jump a' 'a' 'a = alloc; b = lazy c' 'a = alloc; a = alloc' 'a = alloc; write a 65536' \
    'a = alloc; free a; write a' 'a = alloc b' 'A = alloc' 'a = alloc; write a 1 2' ' ; ' \
    'a=alloc;b=alloc;c=alloc;d=alloc;e=alloc;f=alloc;g=alloc;h=alloc;i=alloc'; do
    try 2 partB/copytest --show "$steps"
    one_line_about 'copytest: --show: steps: '
    [ ! -s "$scratch/out" ] || fail "something on standard output"
  done
  try 2 partB/copytest --show --html /nonexistent/file
  one_line_about /nonexistent/file
  try 2 partB/copytest --show --html "$scratch"
  one_line_about 'Is a directory'
  try 2 partB/copytest --html "$scratch/page"
  one_line_about html
  echo 'int wrong = ;' >"$scratch/wrong.c"
  try 1 sh partB/tester/show.sh "$scratch/wrong.c" "$program"
  grep -q 'wrong.c:1:.*error: ' "$scratch/err" || fail "not the compiler's words: $(cat "$scratch/err")"
  try 2 sh partB/tester/show.sh "$scratch/none.c" "$program"
  one_line_about none.c
}

# Neither text nor page may say that bytes were copied which are not there.
show_no_copy_that_was_none() {
  library partB/grade/mutants/contents-lost.c || skip "no compiler"
  shows 1 '' "$scratch/page.html"
  ! grep '64 KiB were copied' "$scratch/out" || fail "the text says so"
  ! grep '64 KiB \(were copied\|go from\)' "$scratch/page.html" || fail "the page says so"
  [ "$(grep -c 'right bytes are not in it' "$scratch/out")" -eq 2 ] || fail "the text does not tell it in two steps"
  [ "$(grep -c '<b>No right copy' "$scratch/page.html")" -eq 3 ] || fail "the page does not tell it in three steps"
}

# The page says what the text says: in each step the same chunks, rights, and frames.
show_page_is_like_the_text() {
  try 0 partB/copytest --show --html "$scratch/page.html"
  grep -o '^ *\[ [r-][w-][x-] .*\|^[0-9]*\. ' "$scratch/out" | sed "s/'.'//g" | grep -o '[r-][w-]-\|^[0-9]*\.' >"$scratch/text"
  sed -n 's/.*<section.*id="step-\([0-9]*\)".*/\1./p; /class="chunk/s/.*>\([r-][w-]-\).*/\1/p' "$scratch/page.html" >"$scratch/drawn"
  grep -v '^freed' "$scratch/drawn" | diff "$scratch/text" - >"$scratch/diff" || fail "text (<) and page (>): $(cat "$scratch/diff")"
  [ "$(wc -l <"$scratch/text")" -ge 20 ] || fail "nothing was compared"
  ! grep '<section[^>]*hidden' "$scratch/page.html" || fail "without scripts a step is hidden"
  grep -q '<nav hidden' "$scratch/page.html" || fail "without scripts there are buttons"
  ! grep -E 'https?://' "$scratch/page.html" | grep -v 'xmlns="http://www.w3.org/2000/svg"' || fail "it asks the network"
}

run_all show_ right_answers wrong_bytes wrong_memory wrong_in_own_steps wrong_chunks wrong_later ends_with_the_step \
  own_steps refuses no_copy_that_was_none page_is_like_the_text
