/* Generations of relatives, as a stack: all who are attached to a generation's
 * segment are attached to the older ones too, or could have been. So who saw
 * something from generation f until generation l are those attached to f but not
 * to l + 1. A generation whose segment has as many attachments as the next one's
 * (or only ours, if it is the newest) makes no difference any more and is
 * dropped, always the older of the two: whoever else looks at the newer one still
 * finds us there. So a server with one worker for good and many short-lived
 * children, or with workers replaced one by one, needs few generations.
 * Everything here but generation_begin is async-signal-safe. */
#include "generation.h"

#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/types.h>

enum { MOST = 64 };

/* From 1. A generation without a segment (id -1) is never alone: safe, only less
 * thrifty. */
static struct generation {
  void *address;
  time_t created;
  pid_t creator;
  int id;
} generations[MOST + 1];
static uint8_t newest;

uint8_t generation_newest(void) {
  return newest;
}

/* Attaches a segment; it vanishes when the last process has detached it. */
static struct generation attach_segment(void) {
  struct generation none = {.id = -1};
  struct shmid_ds status;
  int id = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0444);
  if (id < 0) return none;
  void *address = shmat(id, NULL, SHM_RDONLY);
  shmctl(id, IPC_RMID, NULL);
  if (address == (void *)-1) return none;
  if (shmctl(id, IPC_STAT, &status) == 0) {
    return (struct generation){address, status.shm_ctime, status.shm_cpid, id};
  }
  shmdt(address);
  return none;
}

/* When there are too many, or no segment is to be had, forks share a generation. */
void generation_begin(void) {
  if (newest == MOST || (newest > 0 && generations[newest].id < 0)) return;
  generations[++newest] = attach_segment();
}

/* How many processes are attached; -1 if in doubt: ids are used again, and other
 * namespaces have other segments. */
static long attached(uint8_t number) {
  const struct generation *generation = &generations[number];
  struct shmid_ds status;
  if (generation->id < 0 || shmctl(generation->id, IPC_STAT, &status) != 0) return -1;
  if (status.shm_segsz != 1 || status.shm_cpid != generation->creator) return -1;
  if (status.shm_ctime != generation->created) return -1;
  return (long)status.shm_nattch;
}

bool generation_newest_is_alone(void) {
  return newest > 0 && attached(newest) == 1;
}

/* Are the same processes attached to the two? Asked twice, as processes come and
 * go meanwhile. */
static bool same_are_attached(uint8_t older, uint8_t newer) {
  long here = attached(older);
  return here > 0 && attached(newer) == here && attached(older) == here && attached(newer) == here;
}

bool generation_merge(struct renumbering *renumbering) {
  bool drop[MOST + 2] = {false};
  uint8_t dropped = 0, next = 0; /* the next one that stays; 0: none */
  for (uint8_t number = newest; number > 0; number--) {
    drop[number] = next == 0 ? attached(number) == 1 : same_are_attached(number, next);
    if (drop[number]) {
      dropped++;
    } else {
      next = number;
    }
  }
  if (dropped == 0) return false;
  uint8_t kept = 0, most = (uint8_t)(newest - dropped);
  *renumbering = (struct renumbering){.until[FOREVER] = FOREVER};
  for (uint8_t number = 1; number <= newest; number++) {
    renumbering->from[number] = kept < most ? kept + 1 : 0;
    if (drop[number]) {
      shmdt(generations[number].address);
    } else {
      generations[++kept] = generations[number];
    }
    renumbering->until[number] = kept;
  }
  newest = most;
  return true;
}
