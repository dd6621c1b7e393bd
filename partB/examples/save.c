/* save: saves a table to a file while the program goes on changing it. A thread
 * writes a lazy copy of the table, which nobody changes; the table itself is
 * changed all the while. What others fork a process for takes a function call.
 * Then it saves what has changed since, and nothing else.
 *
 *   save FILE      writes FILE, and FILE.changes
 *
 * The table holds accounts, and the program moves money between them. Whatever
 * the moment of the copy, the sum in the file must be right: it is read back and
 * added up. Exit status: 0 if it is right, 1 if not, 2 for trouble. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lazycopy.h"

enum { CHUNKS = 128, SIZE = CHUNKS * CHUNKSIZE, ACCOUNTS = SIZE / sizeof(int64_t), BALANCE = 1000 };

struct save {
  const char *name;
  int64_t *snapshot; /* kept, to see later what has changed */
  bool failed;
  atomic_bool done;
};

/* Writes all chunks; or, if there is an older snapshot, those that it does not share, each
 * after its index: two that share memory hold the same bytes. */
static bool write_chunks(FILE *file, int64_t *snapshot, int64_t *older) {
  for (size_t i = 0; i < CHUNKS; i++) {
    size_t place = i * (CHUNKSIZE / sizeof *snapshot);
    if (older && chunks_same(snapshot + place, older + place, 1) == 1) continue;
    if (older && fwrite(&i, sizeof i, 1, file) != 1) return false;
    if (fwrite(snapshot + place, CHUNKSIZE, 1, file) != 1) return false;
  }
  return fflush(file) == 0 && fsync(fileno(file)) == 0;
}

/* Writes a new file and then gives it the name: whoever opens the name meanwhile
 * finds an older save, whole. */
static bool write_file(const char *name, int64_t *snapshot, int64_t *older) {
  char new_name[4096];
  if (snprintf(new_name, sizeof new_name, "%s.new", name) >= (int)sizeof new_name) return false;
  FILE *file = fopen(new_name, "wb");
  if (!file) return false;
  bool written = write_chunks(file, snapshot, older);
  if (fclose(file) == 0 && written && rename(new_name, name) == 0) return true;
  remove(new_name);
  return false;
}

static void *save_thread(void *argument) {
  struct save *save = argument;
  save->failed = !write_file(save->name, save->snapshot, NULL);
  atomic_store(&save->done, true);
  return NULL;
}

/* The table must not change during the call, and may change right after it. */
static bool begin_save(struct save *save, int64_t *table, pthread_t *thread) {
  save->snapshot = chunks_copy_lazy(table, CHUNKS);
  return save->snapshot && pthread_create(thread, NULL, save_thread, save) == 0;
}

static void transfer(int64_t *table) {
  int64_t amount = rand() % 100;
  table[(size_t)rand() % ACCOUNTS] -= amount;
  table[(size_t)rand() % ACCOUNTS] += amount;
}

static int64_t sum(const int64_t *table) {
  int64_t total = 0;
  for (size_t i = 0; i < ACCOUNTS; i++) total += table[i];
  return total;
}

/* The table in the file, or NULL. chunk_make_writable is not needed for fresh chunks. */
static int64_t *load(const char *name) {
  int64_t *table = chunks_alloc(CHUNKS);
  FILE *file = fopen(name, "rb");
  bool loaded = table && file && fread(table, 1, SIZE, file) == SIZE;
  if (file) fclose(file);
  if (!loaded) chunks_free(table, CHUNKS);
  return loaded ? table : NULL;
}

/* Brings a table that was loaded up to date. Returns how many chunks had changed, or -1. */
static long load_changes(const char *name, int64_t *table) {
  FILE *file = fopen(name, "rb");
  size_t index;
  long changed = 0;
  if (!file) return -1;
  while (fread(&index, sizeof index, 1, file) == 1 && index < CHUNKS &&
         fread(table + index * (CHUNKSIZE / sizeof *table), CHUNKSIZE, 1, file) == 1)
    changed++;
  bool whole = feof(file);
  fclose(file);
  return whole ? changed : -1;
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "save: needs the name of a file, and nothing else\n"), 2;
  int64_t *table = chunks_alloc(CHUNKS);
  if (!table) return perror("save"), 2;
  for (size_t i = 0; i < ACCOUNTS; i++) table[i] = BALANCE;

  struct save save = {.name = argv[1]};
  pthread_t thread;
  double start = milliseconds();
  if (!begin_save(&save, table, &thread)) return perror("save"), 2;
  double stopped = milliseconds() - start;
  long transfers = 0;
  for (; !atomic_load(&save.done) || transfers == 0; transfers++) transfer(table);
  double took = milliseconds() - start;
  pthread_join(thread, NULL);
  if (save.failed) return perror(argv[1]), 2;

  int64_t *saved = load(argv[1]);
  if (!saved) return perror(argv[1]), 2;
  bool right = sum(saved) == (int64_t)ACCOUNTS * BALANCE;

  char changes[4096];
  snprintf(changes, sizeof changes, "%s.changes", argv[1]);
  if (chunks_restore(table, save.snapshot, CHUNKS) != 0) return perror("save"), 2; /* as it was saved */
  for (int i = 0; i < 5; i++) transfer(table);
  int64_t *later = chunks_snapshot(table, CHUNKS);
  if (!later || chunk_make_readable(later, SIZE) != 0) return perror("save"), 2;
  if (!write_file(changes, later, save.snapshot)) return perror(changes), 2;
  long changed = load_changes(changes, saved);
  bool all_is_there = memcmp(saved, table, SIZE) == 0;
  printf("saving %d MiB took %.0f ms, of which the program stood still for %.2f ms\n", SIZE >> 20, took,
         stopped);
  printf("%ld transfers were made meanwhile\n", transfers);
  printf("the sum in the file is %s\n", right ? "right" : "WRONG");
  printf("5 more transfers changed %ld of %d chunks; with them the files are %s\n", changed, CHUNKS,
         all_is_there ? "right" : "WRONG");
  return right && all_is_there ? 0 : 1;
}
