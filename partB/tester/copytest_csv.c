#include "copytest_csv.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const method_names[METHODS] = {"eager", "lazy", "snapshot"};
const char *const phase_names[PHASES] = {"copy", "read", "write"};

static bool is_standard_output(const char *name) {
  return strcmp(name, "-") == 0;
}

static bool can_make(const char *name) {
  char *copy = strdup(name);
  bool can = copy && *name && access(dirname(copy), W_OK | X_OK) == 0;
  int error = *name ? errno : ENOENT;
  free(copy);
  errno = error;
  return can;
}

bool csv_possible(const char *name) {
  struct stat status;
  if (is_standard_output(name)) return true;
  if (stat(name, &status) != 0) return errno == ENOENT && can_make(name);
  if (S_ISDIR(status.st_mode)) errno = EISDIR;
  return !S_ISDIR(status.st_mode) && access(name, W_OK) == 0;
}

/* What is left of a file that could not be written in full would look whole. */
static void remove_rest(const char *name) {
  int error = errno;
  struct stat status;
  if (!is_standard_output(name) && stat(name, &status) == 0 && S_ISREG(status.st_mode)) unlink(name);
  errno = error;
}

bool csv_write(const char *name, size_t chunks, size_t writes, int methods, size_t runs,
               const struct outcome *outcomes) {
  FILE *file = is_standard_output(name) ? stdout : fopen(name, "w");
  if (!file) return false;
  fprintf(file, "method,phase,chunks,writes,run,us\n");
  for (size_t run = 0; run < runs; run++) {
    for (int method = 0; method < methods; method++) {
      for (int phase = 0; phase < PHASES; phase++) {
        fprintf(file, "%s,%s,%zu,%zu,%zu,%.3f\n", method_names[method], phase_names[phase], chunks, writes,
                run + 1, outcomes[run].us[method][phase]);
      }
    }
  }
  bool written = fflush(file) == 0 && !ferror(file);
  if (file != stdout && fclose(file) != 0) written = false;
  if (!written) remove_rest(name);
  return written;
}
