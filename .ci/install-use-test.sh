#!/bin/sh
# What is installed, compiled as others would: in every mode of every compiler, and by
# other build systems. (SC2086: CC may be several words.)
# shellcheck source=.ci/installed.sh disable=SC2317,SC2086
. .ci/installed.sh

cat >"$scratch/snapshot.c" <<'E2'
#include <lazycopy.h>

int main(void) {
  char *chunk = (char *)chunk_alloc();
  char *copy = (char *)chunk_copy_lazy(chunk);
  copy[0] = 'x';
  return chunk[0] || chunk_free(chunk) || chunk_free(copy);
}
E2

# The strictest warnings there are, in every mode that the compiler knows, about the
# system's headers too if they stand that by themselves.
strictest='-Wall -Wextra -Wpedantic -Wconversion -Wstrict-prototypes -Wundef -Werror'
in_mode() {
  echo '#include <stddef.h>' | $1 -std="$2" -fsyntax-only "-x$3" - 2>/dev/null || return 0
  warnings=$strictest
  [ "$3" = c ] || warnings=$(echo "$strictest" | sed 's/-Wstrict-prototypes//')
  printf '#include <signal.h>\n#include <stddef.h>\n' |
    $1 -std="$2" $warnings -Wsystem-headers -fsyntax-only "-x$3" - 2>/dev/null && warnings="$warnings -Wsystem-headers"
  try 0 $1 -std="$2" $warnings -isystem "$there/include" -o "$scratch/strict" "-x$3" "$scratch/snapshot.c" -xnone \
    "$there/lib/liblazycopy.a" -pthread
  try 0 "$scratch/strict"
  echo "$1 $2" >>"$scratch/modes"
}

install_strict_modes() {
  for compiler in ${CC:-cc} gcc clang; do
    command -v "$compiler" >/dev/null || continue
    for mode in c99 c11 c17 c18 c2x c23 gnu99 gnu11 gnu17 gnu2x; do in_mode "$compiler" "$mode" c || exit 1; done
  done
  for compiler in g++ clang++; do
    command -v "$compiler" >/dev/null || continue
    for mode in c++11 c++14 c++17 c++20 c++23 gnu++17; do in_mode "$compiler" "$mode" c++ || exit 1; done
  done
  [ "$(wc -l <"$scratch/modes")" -ge 6 ] || fail "tried were only: $(cat "$scratch/modes")"
}

# chunk_handle_fault is there for whoever has siginfo_t.
install_strict_handler() {
  cat >"$scratch/handler.c" <<'E2'
#include <lazycopy.h>
static void handler(int signal, siginfo_t *info, void *context) {
  (void)signal;
  if (!chunk_handle_fault(info, context)) signal++;
}
int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  return sigaction(SIGSEGV, &action, 0);
}
E2
  for source in 199309L 200809L; do
    try 0 ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=$source $strictest -I"$there/include" -o "$scratch/handler" \
      "$scratch/handler.c" "$there/lib/liblazycopy.a" -pthread
  done
}

# ---- As other build systems find it: the README's lines, in a project around them ----

project() {
  command -v "$1" >/dev/null || skip "no $1"
  command -v pkg-config >/dev/null || skip "no pkg-config"
  mkdir "$scratch/$1"
  cp "$scratch/snapshot.c" "$scratch/$1/"
  awk -v begin="\`\`\`$1" '$0 == "```" { inside = 0 } inside { print } $0 == begin { inside = 1 }' README.md >"$scratch/lines"
  [ -s "$scratch/lines" ] || fail "README.md does not say how"
  cd "$scratch/$1" || exit 1
  export PKG_CONFIG_PATH="$there/lib/pkgconfig" LD_LIBRARY_PATH="$there/lib"
}

install_cmake() {
  project cmake
  {
    printf 'cmake_minimum_required(VERSION 3.6)\nproject(snapshot C)\n'
    printf 'set(CMAKE_C_STANDARD 11)\nset(CMAKE_C_EXTENSIONS OFF)\nadd_executable(snapshot snapshot.c)\n'
    cat ../lines
  } >CMakeLists.txt
  try 0 cmake .
  try 0 cmake --build .
  try 0 ./snapshot
}

install_meson() {
  project meson
  command -v ninja >/dev/null || skip "no ninja"
  { echo "project('snapshot', 'c', default_options: ['c_std=c11', 'warning_level=3', 'werror=true'])"; cat ../lines; } >meson.build
  try 0 meson setup built
  try 0 meson compile -C built
  try 0 built/snapshot
}

install_make() {
  project make
  cp ../lines Makefile
  try 0 "$make" -s CFLAGS=-std=c11 snapshot
  try 0 ./snapshot
}

run_all install_ strict_modes strict_handler cmake meson make
