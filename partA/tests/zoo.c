/* zoo NAME: crashes in the way of that name; see zoo.h. */
#include "zoo.h"

#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

void *opaque(void *pointer) {
  void *volatile hidden = pointer;
  return hidden;
}

void *at(unsigned long long address) {
  return opaque((void *)(uintptr_t)address);
}

void crash(void) {
  int *pointer = at(0x55);
  CRASH(*pointer = 1);
}

void use_up_descriptors(void) {
  struct rlimit limit = {20, 20};
  setrlimit(RLIMIT_NOFILE, &limit);
  while (dup(0) >= 0) continue;
}

static const struct animal plain[] = {{"crash", crash}, {NULL, NULL}};

static int visit(const struct animal *animals, const char *name) {
  for (; animals->name; animals++) {
    if (strcmp(animals->name, name) != 0) continue;
    animals->crash();
    return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  static const struct animal *const houses[] = {plain, kinds, places, processes, moments};
  for (unsigned i = 0; argc == 2 && i < sizeof houses / sizeof *houses; i++) {
    if (visit(houses[i], argv[1])) return 0;
  }
  fprintf(stderr, "zoo: no animal is called %s\n", argc == 2 ? argv[1] : "so");
  return 2;
}
