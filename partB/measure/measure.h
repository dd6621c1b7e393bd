/* Measuring, for copytest and the benchmark: the clock, medians, random
 * numbers, memory in use, and the machine all of it was measured on.
 *
 *   double start = now_us();
 *   work();
 *   times[run] = now_us() - start;
 *   ...
 *   struct summary summary = summarize(times, runs);
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* A clock that only moves forward, in microseconds. */
double now_us(void);

/* The median of a few measurements, and the smallest and largest of them. */
struct summary {
  double median, low, high;
};
struct summary summarize(const double *values, size_t count);

/* The next number of a pseudo-random sequence that the first state decides. */
uint64_t random_next(uint64_t *state);

/* Writes pseudo-random bytes; size is a multiple of 8. */
void fill_random(void *memory, size_t size, uint64_t *state);

/* Reads every byte, in a way that the compiler cannot drop; size is a multiple
 * of 8, memory is aligned to 8. */
void read_all(const void *memory, size_t size);

/* The number behind the key, as "Threads:", in a file such as /proc/self/status; -1 if it is not there. */
long long proc_field(const char *path, const char *key);

/* Bytes of memory that a process takes (0: this one), or -1 if the system does
 * not tell. A page that is mapped several times counts once, a page that several
 * processes share counts in parts for each: the PSS. */
long long memory_in_use(pid_t process);

/* Bytes resident in a process, or 0 if it has ended; a page mapped twice counts twice. */
long long resident_bytes(pid_t process);

/* Bytes that programs can still have without swapping, or -1 if unknown. */
long long memory_available(void);

/* One line each on processor, kernel, and pages, with a prefix. */
void print_machine(FILE *stream, const char *prefix);

#endif
