/* save: saves a table to a file while the program goes on changing it. A thread
 * writes a lazy copy of the table, which nobody changes; the table itself is
 * changed all the while. What others fork a process for takes a function call.
 *
 *   save FILE
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
#include <time.h>
#include <unistd.h>

#include "lazycopy.h"

enum { CHUNKS = 128, SIZE = CHUNKS * CHUNKSIZE, ACCOUNTS = SIZE / sizeof(int64_t), BALANCE = 1000 };

struct save {
  const char *name;
  int64_t *snapshot;
  bool failed;
  atomic_bool done;
};

/* Writes a new file and then gives it the name: whoever opens the name meanwhile
 * finds an older save, whole. */
static bool write_file(const char *name, const void *data, size_t size) {
  char new_name[4096];
  if (snprintf(new_name, sizeof new_name, "%s.new", name) >= (int)sizeof new_name) return false;
  FILE *file = fopen(new_name, "wb");
  if (!file) return false;
  bool written = fwrite(data, 1, size, file) == size && fflush(file) == 0 && fsync(fileno(file)) == 0;
  if (fclose(file) == 0 && written && rename(new_name, name) == 0) return true;
  remove(new_name);
  return false;
}

static void *save_thread(void *argument) {
  struct save *save = argument;
  save->failed = !write_file(save->name, save->snapshot, SIZE);
  chunks_free(save->snapshot, CHUNKS);
  atomic_store(&save->done, true);
  return NULL;
}

/* The table must not change during the call, and may change right after it. */
static bool begin_save(struct save *save, int64_t *table, pthread_t *thread) {
  save->snapshot = chunks_copy_lazy(table, CHUNKS);
  if (!save->snapshot) return false;
  if (pthread_create(thread, NULL, save_thread, save) == 0) return true;
  chunks_free(save->snapshot, CHUNKS);
  return false;
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
  printf("saving %d MiB took %.0f ms, of which the program stood still for %.2f ms\n", SIZE >> 20, took,
         stopped);
  printf("%ld transfers were made meanwhile\n", transfers);
  printf("the sum in the file is %s\n", right ? "right" : "WRONG");
  return right ? 0 : 1;
}
