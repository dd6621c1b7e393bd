#include "probe.h"

#include "../harness/runner.h"
#include "../measure/measure.h"

static long known(long long figure) {
  if (figure < 0) test_skip("a figure in /proc is missing");
  return (long)figure;
}

long memory_kib(void) {
  return known(mapped_memory()) / 1024;
}

long private_kib(void) {
  return proc_kib("/proc/self/smaps_rollup", "Anonymous:");
}

long proc_kib(const char *path, const char *field) {
  return known(proc_field(path, field));
}

size_t mapping_count(void) {
  return (size_t)known(count_mappings());
}

void need_mib(long mib) {
  if (known(memory_available() / (1 << 20)) < mib) test_skip("too little memory is available");
}
