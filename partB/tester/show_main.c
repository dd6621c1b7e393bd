/* show LIBRARY [STEPS [PAGE]]: shows what somebody's lazycopy does. LIBRARY is a shared library with
 * the lab's functions; `make show` makes it of a C file. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "show.h"

/* What dlsym gives is an object's address, which ISO C does not let become a function's. */
static void find(void *library, const char *name, void (**function)(void)) {
  void *found = dlsym(library, name);
  memcpy(function, &found, sizeof found);
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 4) {
    fputs("show: usage: show LIBRARY [STEPS [PAGE]]\n", stderr);
    return NOT_SHOWN;
  }
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "show: %s\n", dlerror());
    return NOT_SHOWN;
  }
  struct answer answer = {0};
  find(library, "chunk_startup", &answer.startup);
  for (int act = 0; act < ACTS; act++) {
    if (act_functions[act]) find(library, act_functions[act], &answer.functions[act]);
  }
  void (*get_stats)(void);
  find(library, "chunk_get_stats", &get_stats);
  answer.get_stats = (void (*)(void *))get_stats;
  const char *missing = !answer.startup ? "chunk_startup" : NULL;
  for (int act = ALLOC; act <= EAGER; act++) {
    if (!missing && !answer.functions[act]) missing = act_functions[act];
  }
  if (missing) {
    fprintf(stderr, "show: there is no function %s\n", missing);
    return SOMETHING_IS_WRONG;
  }
  const char *steps = argc > 2 && argv[2][0] ? argv[2] : default_steps;
  enum shown shown = show("show", &answer, steps, argc > 3 && argv[3][0] ? argv[3] : NULL);
  if (fflush(stdout) == 0 && !ferror(stdout)) return shown;
  perror("show: standard output");
  return NOT_SHOWN;
}
