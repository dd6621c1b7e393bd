/* What the kernel says about this process: the memory behind it, its mappings,
 * and what the machine has left. Everything is read from /proc; a test whose
 * figure cannot be had here is skipped. */
#ifndef PROBE_H
#define PROBE_H

#include <stddef.h>

/* KiB of memory behind the process's private pages and behind each shared
 * anonymous mapping, each page once however often it is mapped, and also if no
 * page table entry points to it (a leaked frame has none; PSS would miss it). */
long memory_kib(void);

/* KiB of private anonymous memory: heap, stacks, the library's records. */
long private_kib(void);

/* KiB in the field of a /proc file such as "MemAvailable:" in /proc/meminfo. */
long proc_kib(const char *path, const char *field);

/* Lines in /proc/self/maps, and the most the kernel allows. */
size_t mapping_count(void);
size_t mapping_limit(void);

/* Skips the test unless that many MiB of memory are available. */
void need_mib(long mib);

#endif
