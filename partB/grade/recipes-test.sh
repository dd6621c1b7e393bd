#!/bin/sh
# recipes-test.sh, run from the top of the repository: the recipes of teaching.md for code that nobody trusts, done as
# they are printed there, while services listen outside and the code that is graded looks for all it should not find.
# shellcheck source=partB/harness/shelltest.sh disable=SC2317,SC2016
. partB/harness/shelltest.sh
cc=${CC:-cc}
unset MAKEFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS

# Listens on each path given, and on a name without a file, until it is ended.
listener() {
  cat >"$scratch/listen.c" <<'LISTEN'
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
static void serve(const char *path, size_t hidden) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path + hidden, path, sizeof address.sun_path - 1 - hidden);
  int server = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(server, (struct sockaddr *)&address, sizeof address) == 0 && listen(server, 100) == 0) puts(path);
  if (!hidden) chmod(path, 0777);
}
int main(int count, char **paths) {
  serve("lab-listens", 1);
  for (int i = 1; i < count; i++) serve(paths[i], 0);
  fflush(stdout);
  for (;;) pause();
}
LISTEN
  $cc -D_GNU_SOURCE -o "$scratch/listen" "$scratch/listen.c" || fail 'the listener cannot be built'
}

# An answer that is right, as long as it finds nothing that it should not.
curious() {
  cat partB/handout/handout.c
  cat <<'CURIOUS'
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
extern char **environ;
static void found(int what) { _exit(what); }
static void reach(const char *path, size_t hidden, int what) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path + hidden, path, sizeof address.sun_path - 1 - hidden);
  if (connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address) == 0) found(what);
}
__attribute__((constructor)) static void look(void) {
  reach("lab-listens", 1, 40);
CURIOUS
  i=41
  for path; do
    printf '  reach("%s", 0, %d);\n' "$path" "$i"
    i=$((i + 1))
  done
  cat <<CURIOUS
  for (char **variable = environ; *variable; variable++) if (strstr(*variable, "secret")) found(60);
  if (access("$scratch/lab/students/bob/lazycopy.c", R_OK) == 0 || access("students", R_OK) == 0) found(61);
  if (access("partB/handout/handout.c", F_OK) == 0 || dlopen("partB/liblazycopy.so", RTLD_NOW)) found(62);
  if (access("partB/grade/points", W_OK) == 0 || access("partB/build/grade/grade", W_OK) == 0) found(63);
  if (access("/root/.", R_OK) == 0) found(64);
}
CURIOUS
}

# recipe WORD: the block of the page that holds the word, run in the directory of a class.
recipe() {
  awk -v word="$1" '/^```/ { if (inside && found) printf "%s", text; inside = /^```sh/; text = ""; found = 0; next }
    inside { text = text $0 "\n"; if (index($0, word)) found = 1 }' partB/teaching.md >"$scratch/recipe"
  [ -s "$scratch/recipe" ] || fail "no recipe with $1"
  mkdir -p "$scratch/lab/students/ada" "$scratch/lab/students/bob"
  chmod 755 "$scratch" "$scratch/lab" # so that nothing but the recipe hides them
  cp -R Makefile partA partB "$scratch/lab"
  set -- "/run/lab-listens.$$" "/var/tmp/lab-listens.$$" "/dev/shm/lab-listens.$$" "/tmp/lab-listens.$$" "$scratch/lab/listens"
  listener
  "$scratch/listen" "$@" >"$scratch/listening" &
  listening=$!
  trap 'kill "$listening"; rm -f "$@"' EXIT
  curious "$@" >"$scratch/lab/students/ada/lazycopy.c"
  cp "$scratch/lab/students/ada/lazycopy.c" "$scratch/lab/students/bob"
  cp partA/handout/handout.c "$scratch/lab/students/ada/letsbefriends.c"
  export LAB_SECRET=secret
  # The curious one does find things where nothing hides them.
  try 1 sh partB/grade/grade.sh --required --submission "$scratch/lab/students/ada"
  grep -q '^FAIL *values.alloc .*exit status 40' "$scratch/out" || fail "nothing listens: $(cat "$scratch/out")"
  (cd "$scratch/lab" && "$within" 300 sh -e "$scratch/recipe") >"$scratch/out" 2>&1 || fail "$(cat "$scratch/out" "$scratch/lab/reports/ada")"
  grep -q '^# Points: part A 40 of 40, part B 60 of 60' "$scratch/lab/reports/ada" || fail "$(cat "$scratch/lab/reports/ada")"
}

recipes_container() {
  bwrap --unshare-all --ro-bind / / true 2>/dev/null || skip 'no bwrap, or it may not make containers here'
  recipe bwrap
}

# It makes an account, and that is taken away again.
recipes_account() {
  [ "$(id -u)" -eq 0 ] || skip 'only root makes accounts'
  unshare --net --pid --ipc --mount --fork --mount-proc true 2>/dev/null || skip 'unshare is not allowed here'
  if ! command -v useradd >/dev/null || id grader >/dev/null 2>&1; then skip 'no useradd, or there is an account grader'; fi
  (recipe useradd)
  status=$?
  userdel --remove grader 2>/dev/null
  return "$status"
}

run_all recipes_ container account
