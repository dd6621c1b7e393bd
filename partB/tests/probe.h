/* What the kernel says about this process: the memory behind it, its mappings,
 * and what the machine has left. Everything is read from /proc; a test whose
 * figure cannot be had here is skipped. */
#ifndef PROBE_H
#define PROBE_H

#include <stddef.h>

#include "../measure/maps.h" /* which has mapping_limit */

/* KiB of memory, each page once (mapped_memory in ../measure/maps.h). */
long memory_kib(void);

/* KiB of private anonymous memory: heap, stacks, the library's records. */
long private_kib(void);

/* KiB in the field of a /proc file such as "MemAvailable:" in /proc/meminfo. */
long proc_kib(const char *path, const char *field);

/* Lines in /proc/self/maps. */
size_t mapping_count(void);

/* Skips the test unless that many MiB of memory are available. */
void need_mib(long mib);

#endif
