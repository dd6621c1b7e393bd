/* pitfalls: shows what can go wrong with copy-on-write in a process. The same
 * program is linked with the lab's plain answer (pitfalls-handout) and with the
 * library (pitfalls), to compare.
 *
 *   pitfalls torn    does a reader see bytes that were never there, while another
 *                    thread's first write splits a chunk?
 *   pitfalls limit   how many lazy copies until the kernel gives no more mappings?
 *   pitfalls read    what does read(2) into a lazy copy say?
 *
 * Prints what it saw and exits with 0; 2 for bad usage. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lazycopy.h"

static void *need(void *chunk) {
  if (chunk) return chunk;
  perror("pitfalls");
  exit(1);
}

/* ---- torn ---- */

static _Atomic(volatile unsigned char *) watched;
static atomic_bool done;
static atomic_size_t reads;

/* Reads the last byte of the watched chunk again and again. It is never set to 0. */
static void *watch(void *zeros) {
  for (; !atomic_load(&done); atomic_fetch_add(&reads, 1))
    *(size_t *)zeros += atomic_load(&watched)[CHUNKSIZE - 1] == 0;
  return NULL;
}

/* Until the reader has begun and ended a read of what is watched now: a reader that looked at nothing saw
 * nothing, which proves nothing. */
static void wait_for_reader(void) {
  for (size_t before = atomic_load(&reads); atomic_load(&reads) < before + 2;) sched_yield();
}

static void torn(void) {
  enum { WRITES = 400 };
  size_t zeros = 0;
  pthread_t thread;
  unsigned char *original = need(chunk_alloc());
  memset(original, 'x', CHUNKSIZE);
  atomic_store(&watched, original);
  if (pthread_create(&thread, NULL, watch, &zeros) != 0) need(NULL);
  for (int i = 0; i < WRITES; i++) {
    volatile unsigned char *copy = need(chunk_copy_lazy(original));
    atomic_store(&watched, copy);
    wait_for_reader();
    copy[0] = 'y';
  }
  atomic_store(&done, true);
  pthread_join(thread, NULL);
  printf("a reader beside %d first writes to chunks without zeros\n", WRITES);
  printf("saw a zero in %zu of %zu reads\n", zeros, atomic_load(&reads));
}

/* ---- limit ---- */

static size_t count_mappings(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  size_t lines = 0;
  for (int c; maps && (c = fgetc(maps)) != EOF;) lines += c == '\n';
  if (maps) fclose(maps);
  return lines;
}

static void limit(void) {
  enum { CHUNKS = sizeof(void *) == 8 ? 40000 : 10000 }; /* address space for two of each */
  static void *chunks[CHUNKS];
  size_t copies = 0;
  for (size_t i = 0; i < CHUNKS; i++) chunks[i] = need(chunk_alloc());
  while (copies < CHUNKS && chunk_copy_lazy(chunks[copies])) copies++;
  if (copies < CHUNKS) printf("no more after %zu lazy copies: %s\n", copies, strerror(errno));
  if (copies == CHUNKS) printf("all %zu chunks have a lazy copy\n", copies);
  printf("the process has %zu mappings\n", count_mappings());
}

/* ---- read ---- */

static void read_into_copy(void) {
  char *copy = need(chunk_copy_lazy(need(chunk_alloc())));
  int zeros = open("/dev/zero", O_RDONLY);
  ssize_t got = read(zeros, copy, 10);
  printf("read into a lazy copy: %s\n", got < 0 ? strerror(errno) : "works");
  copy[0] = 'x';
  got = read(zeros, copy, 10);
  printf("read into it after a write to it: %s\n", got < 0 ? strerror(errno) : "works");
  close(zeros);
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*show)(void);
  } pitfalls[] = {{"torn", torn}, {"limit", limit}, {"read", read_into_copy}};
  chunk_startup();
  for (size_t i = 0; argc == 2 && i < sizeof pitfalls / sizeof *pitfalls; i++) {
    if (strcmp(argv[1], pitfalls[i].name) == 0) return pitfalls[i].show(), 0;
  }
  fprintf(stderr, "pitfalls: needs one word: torn, limit or read\n");
  return 2;
}
