/* A program that does nothing, to see what starting one takes. With an argument,
 * it writes how many threads and mappings it has, as two doubles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static double count_threads(void) {
  char line[256];
  double threads = -1;
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof line, file)) {
    if (strncmp(line, "Threads:", 8) == 0) threads = atof(line + 8);
  }
  if (file) fclose(file);
  return threads;
}

static double count_mappings(void) {
  double lines = 0;
  FILE *file = fopen("/proc/self/maps", "r");
  for (int byte; file && (byte = getc(file)) != EOF;) lines += byte == '\n';
  if (file) fclose(file);
  return lines;
}

int main(int argc, char **argv) {
  (void)argv;
  if (argc < 2) return 0;
  double counts[] = {count_threads(), count_mappings()};
  return write(STDOUT_FILENO, counts, sizeof counts) != sizeof counts;
}
