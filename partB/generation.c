/* Which relatives live? Each fork begins a generation, with a number that grows and
 * a System V segment to which this process is attached, and all who are forked
 * from then on, and theirs. The kernel counts them. So if more are attached to a
 * generation's segment than to the next one's (or than only we, if it is the
 * newest), somebody born in it lives; else it is forgotten.
 *
 * There are never more generations than living relatives, or MOST. */
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/types.h>
#include <unistd.h>

#include "internal.h"

enum { MOST = 64, SIZES = 1 << 16 };

/* A generation without a segment (id -1) is not forgotten: safe, only less thrifty. */
static struct generation {
  uint32_t number;
  int id;
  void *address;
  size_t size; /* no two of a process are alike: ids may be, in different namespaces */
  pid_t creator;
} kept[MOST]; /* oldest first */
static size_t count;
static uint32_t newest; /* its number, or that of the last one */

uint32_t generation_newest(void) {
  return newest;
}

/* Attaches a segment; it vanishes when the last process has detached it. */
static struct generation attach_segment(void) {
  static size_t sizes;
  struct generation made = {.id = -1, .size = ++sizes % SIZES + 1, .creator = getpid()};
  int id = shmget(IPC_PRIVATE, made.size, IPC_CREAT | 0444);
  if (id < 0) return made;
  made.address = shmat(id, NULL, SHM_RDONLY);
  shmctl(id, IPC_RMID, NULL);
  if (made.address != (void *)-1) made.id = id;
  return made;
}

/* Before a fork. When there are too many, forks share the newest one. */
void generation_begin(void) {
  if (count == 0) newest = 0;
  if (count == MOST || newest == FOREVER - 1) return;
  kept[count] = attach_segment();
  kept[count++].number = ++newest;
}

/* How many processes are attached; -1 if in doubt. */
static long attached(const struct generation *generation) {
  struct shmid_ds status;
  if (generation->id < 0 || shmctl(generation->id, IPC_STAT, &status) != 0) return -1;
  bool is_ours = status.shm_segsz == generation->size && status.shm_cpid == generation->creator;
  return is_ours ? (long)status.shm_nattch : -1;
}

/* Has the generation nobody whom the next one (NULL: none) does not have? Asked
 * twice, as processes come and go meanwhile. */
static bool is_gone(const struct generation *generation, const struct generation *next) {
  long here = attached(generation), there = next ? attached(next) : 1;
  if (here < 1 || here > there) return false;
  return attached(generation) == here && (!next || attached(next) == there);
}

bool generation_newest_is_gone(void) {
  return count > 0 && is_gone(&kept[count - 1], NULL);
}

/* Forgets those of whom nobody lives. Returns whether there were any. */
bool generation_forget_gone(void) {
  size_t before = count;
  for (size_t i = count; i-- > 0;) {
    if (!is_gone(&kept[i], i + 1 < count ? &kept[i + 1] : NULL)) continue;
    shmdt(kept[i].address);
    for (size_t j = i; j + 1 < count; j++) kept[j] = kept[j + 1];
    count--;
  }
  return count < before;
}

/* Does anybody live who was born from the one generation to the other? */
bool generation_lives(uint32_t from, uint32_t until) {
  for (size_t i = 0; i < count; i++) {
    if (kept[i].number >= from && kept[i].number <= until) return true;
  }
  return false;
}
