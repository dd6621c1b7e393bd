#include "measure.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

double now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1e6 * (double)time.tv_sec + 1e-3 * (double)time.tv_nsec;
}

static int compare_doubles(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

struct summary summarize(const double *values, size_t count) {
  double sorted[count];
  memcpy(sorted, values, sizeof sorted);
  qsort(sorted, count, sizeof *sorted, compare_doubles);
  return (struct summary){(sorted[(count - 1) / 2] + sorted[count / 2]) / 2, sorted[0], sorted[count - 1]};
}

/* Steele, Lea and Flood's SplitMix64. */
uint64_t random_next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void fill_random(void *memory, size_t size, uint64_t *state) {
  uint64_t *words = memory;
  for (size_t i = 0; i < size / sizeof *words; i++) words[i] = random_next(state);
}

void read_all(const void *memory, size_t size) {
  const uint64_t *words = memory;
  uint64_t sum = 0;
  for (size_t i = 0; i < size / sizeof *words; i++) sum += words[i];
  __asm__ volatile("" : : "r"(sum)); /* somebody might look at it */
}

long long proc_field(const char *path, const char *key) {
  FILE *file = fopen(path, "r");
  if (!file) return -1;
  char line[256];
  size_t length = strlen(key);
  long long value = -1;
  while (value < 0 && fgets(line, sizeof line, file)) {
    if (strncmp(line, key, length) == 0) value = atoll(line + length);
  }
  fclose(file);
  return value;
}

long long memory_in_use(pid_t process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", (long)(process ? process : getpid()));
  long long kib = proc_field(path, "Pss:");
  return kib < 0 ? -1 : kib * 1024;
}

long long resident_bytes(pid_t process) {
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/statm", (int)process);
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  long long pages = 0;
  if (fscanf(file, "%*s %lld", &pages) != 1) pages = 0;
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

long long memory_available(void) {
  long long kib = proc_field("/proc/meminfo", "MemAvailable:");
  return kib < 0 ? -1 : kib * 1024;
}

/* Copies what follows the key (and blanks and a colon) in a file, or "unknown". */
static void read_text(const char *path, const char *key, char *text, size_t size) {
  snprintf(text, size, "unknown");
  FILE *file = fopen(path, "r");
  if (!file) return;
  char line[256];
  size_t length = strlen(key);
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, key, length) != 0) continue;
    const char *start = line + length + strspn(line + length, " \t:");
    snprintf(text, size, "%.*s", (int)strcspn(start, "\n"), start);
    break;
  }
  fclose(file);
}

void print_machine(FILE *stream, const char *prefix) {
  char processor[128], huge[128], huge_shared[128];
  struct utsname system;
  uname(&system);
  read_text("/proc/cpuinfo", "model name", processor, sizeof processor);
  read_text("/sys/kernel/mm/transparent_hugepage/enabled", "", huge, sizeof huge);
  read_text("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "", huge_shared, sizeof huge_shared);
  fprintf(stream, "%sProcessor: %s, %ld online, %s\n", prefix, processor, sysconf(_SC_NPROCESSORS_ONLN),
          system.machine);
  fprintf(stream, "%sKernel: %s %s, %.1f GiB of memory available\n", prefix, system.sysname, system.release,
          (double)memory_available() / (1 << 30));
  fprintf(stream, "%sPages: %ld bytes; huge pages %s; for shared memory %s\n", prefix, sysconf(_SC_PAGESIZE),
          huge, huge_shared);
}
