#!/bin/sh
# Tests of lazycopy as other programs meet it: its header, what the libraries
# export, and its company with libletsbefriends. Run from the top of the tree.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317
. partB/harness/shelltest.sh
crasher=partB/build/tests/crasher
friends=partA/libletsbefriends.so

# The header by itself, without GNU extensions, and nothing but declarations.
programs_header_in_c() {
  printf '#include "lazycopy.h"\n#include "lazycopy.h"\nint main(void) { return !CHUNKSIZE; }\n' >"$scratch/use.c"
  for standard in c99 c11; do
    # CC may hold options
    # shellcheck disable=SC2086
    try 0 ${CC:-cc} -std=$standard -D_POSIX_C_SOURCE=200809L -Wall -Wextra -pedantic -Werror -IpartB \
      -fsyntax-only "$scratch/use.c"
  done
}

programs_header_in_cxx() {
  compiler=${CXX:-c++}
  command -v "$compiler" >/dev/null || skip "no C++ compiler"
  cat >"$scratch/use.cc" <<'END'
#include "lazycopy.h"
int main() {
  char *chunk = static_cast<char *>(chunk_alloc()), *copy = static_cast<char *>(chunk_copy_lazy(chunk));
  copy[5] = 1;
  chunk_stats stats;
  chunk_get_stats(&stats);
  return chunk[5] != 0 || stats.live_chunks != 2 || chunk_free(chunk) != 0;
}
END
  try 0 "$compiler" -std=c++11 -Wall -Wextra -Werror -IpartB -c -o "$scratch/use.o" "$scratch/use.cc"
  "$compiler" -o "$scratch/use" "$scratch/use.o" partB/liblazycopy.a -pthread 2>/dev/null ||
    skip "the C++ compiler links for another machine"
  try 0 "$scratch/use"
}

# Both libraries export the functions of the header, all of them, and no more.
programs_names_exported() {
  command -v nm >/dev/null || skip "no nm"
  grep -o 'chunks\{0,1\}_[a-z_]*(' partB/lazycopy.h | tr -d '(' | sort -u >"$scratch/promised"
  [ "$(wc -l <"$scratch/promised")" -ge 12 ] || fail "names were not found in the header"
  nm -g --defined-only partB/liblazycopy.a | awk 'NF == 3 { print $3 }' | sort -u >"$scratch/archive"
  nm -D --defined-only partB/liblazycopy.so | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort -u >"$scratch/shared"
  for library in archive shared; do
    difference=$(diff "$scratch/promised" "$scratch/$library") || fail "$library: $difference"
  done
}

# A plugin that holds the archive and is closed, while its chunks are in use.
programs_plugin_closed() {
  cat >"$scratch/plugin.c" <<'END'
#include "lazycopy.h"
char *make_chunk(char **copy) {
  char *chunk = chunk_alloc();
  *copy = chunk_copy_lazy(chunk);
  return chunk;
}
END
  cat >"$scratch/user.c" <<'END'
#include <dlfcn.h>
int main(int argc, char **argv) {
  void *plugin = dlopen(argv[argc - 1], RTLD_NOW);
  char *(*make_chunk)(char **) = plugin ? (char *(*)(char **))dlsym(plugin, "make_chunk") : 0;
  char *copy, *chunk = make_chunk ? make_chunk(&copy) : 0;
  if (!chunk || dlclose(plugin) != 0) return 1;
  *(volatile char *)chunk = 1;
  return *(volatile char *)copy;
}
END
  # shellcheck disable=SC2086 # several words
  { ${CC:-cc} $CFLAGS -fPIC -shared -IpartB -o "$scratch/plugin.so" "$scratch/plugin.c" partB/liblazycopy.a \
      -Wl,-z,nodelete -pthread && ${CC:-cc} $CFLAGS -o "$scratch/user" "$scratch/user.c" -ldl; } 2>"$scratch/err" ||
    skip "no plugin can be built: $(head -n 1 "$scratch/err")"
  try 0 "$scratch/user" "$scratch/plugin.so"
}

dies_kindly() {
  [ "$(cat "$scratch/out")" = "the values are right" ] || fail "wrong values: $(cat "$scratch/out" "$scratch/err")"
  line=$(head -n 1 "$scratch/err")
  grep -qxF -e "$line" partA/messages || fail "no kind message: $(cat "$scratch/err")"
}

programs_friends_linked() {
  try 139 "$crasher-friends"
  dies_kindly
}

programs_friends_preloaded() {
  try 139 env LD_PRELOAD="$PWD/$friends" "$crasher"
  if grep -q 'LD_PRELOAD' "$scratch/err"; then skip "the loader cannot preload it"; fi
  dies_kindly
}

# Without it the program dies as any program does. (A shell is asked, because
# timeout(1) would end in the same way as its command.)
programs_friends_absent() {
  # shellcheck disable=SC2016
  try 139 sh -c '"$0" 2>&1; exit $?' "$crasher"
  head -n 1 "$scratch/out" | grep -qx 'the values are right' || fail "wrong values"
  line=$(sed -n 2p "$scratch/out")
  [ -z "$line" ] || ! grep -qxF -e "$line" partA/messages || fail "a kind message without the library"
}

run_all programs_ header_in_c header_in_cxx names_exported plugin_closed friends_linked friends_preloaded \
  friends_absent
