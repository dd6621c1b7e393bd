/* Generations of forks are counted by System V segments. Where these are refused,
 * frames wait for ever, but the values are right, and no segment is left behind. */
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "../measure/maps.h"
#include "kin.h"
#include "support.h"

enum { COUNT = 2, MOST = 1000 };

/* --- The calls go through here --- */

enum { NOTHING, SHMGET, SHMAT, SHMCTL };
static int refused;

/* Shared by all processes: the segments that there have been. */
static struct {
  atomic_int count;
  int ids[MOST];
} * segments;

int __real_shmget(key_t key, size_t size, int flags);
int __wrap_shmget(key_t key, size_t size, int flags) {
  if (refused == SHMGET) return errno = ENOSPC, -1;
  int id = __real_shmget(key, size, flags);
  if (id >= 0) segments->ids[atomic_fetch_add(&segments->count, 1) % MOST] = id;
  return id;
}

void *__real_shmat(int id, const void *address, int flags);
void *__wrap_shmat(int id, const void *address, int flags) {
  if (refused == SHMAT) return errno = ENOMEM, (void *)-1;
  return __real_shmat(id, address, flags);
}

int __real_shmctl(int id, int command, struct shmid_ds *status);
int __wrap_shmctl(int id, int command, struct shmid_ds *status) {
  if (refused == SHMCTL && command == IPC_STAT) return errno = EACCES, -1;
  return __real_shmctl(id, command, status);
}

/* --- The test --- */

static void fork_and_rewrite(char *block) {
  for (int round = 0; round < (int)full_or(20, 4); round++) {
    pid_t child = fork_or_fail();
    if (child == 0) _exit(0);
    rewrite_block(block, COUNT, round);
    CHECK(wait_status(child) == 0 && is_block_of(block, COUNT, round));
  }
}

static int attached_here(void) {
  struct mapping mapping;
  FILE *maps = maps_open();
  int count = 0;
  while (maps_next(maps, &mapping)) count += strstr(mapping.name, "/SYSV") != NULL;
  maps_close(maps);
  return count;
}

/* A worker keeps its values while its parent forks and rewrites, and afterwards. */
static void fork_with_refusal(int what) {
  char *block = new_block(COUNT, 1);
  struct turns turns = open_turns();
  rewrite_block(block, COUNT, 'w');
  refused = what;
  if (fork_with_turns(&turns) == 0) {
    await(turns.to_child);
    CHECK(is_block_of(block, COUNT, 'w'));
    rewrite_block(block, COUNT, 'c');
    give(turns.to_parent);
    await(turns.to_child);
    CHECK(is_block_of(block, COUNT, 'c'));
    give(turns.to_parent);
    _exit(0);
  }
  fork_and_rewrite(block);
  give(turns.to_child);
  await(turns.to_parent);
  refused = NOTHING;
  fork_and_rewrite(block);
  rewrite_block(block, COUNT, 'p');
  give(turns.to_child);
  await(turns.to_parent);
  CHECK(is_block_of(block, COUNT, 'p') && chunks_free(block, COUNT) == 0);
  CHECK(attached_here() <= 3);
}

static void test_segments(void) {
  segments = mmap(NULL, sizeof *segments, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(segments != MAP_FAILED);
  for (int what = NOTHING; what <= SHMCTL; what++) {
    pid_t child = fork_or_fail();
    if (child == 0) {
      fork_with_refusal(what);
      _exit(0);
    }
    CHECK(wait_status(child) == 0);
  }
  CHECK(segments->count > 0 || !sharing_works());
  for (int i = 0; i < segments->count && i < MOST; i++) {
    struct shmid_ds status;
    /* A process that has ended keeps its memory while somebody looks at it in /proc. */
    while (__real_shmctl(segments->ids[i], IPC_STAT, &status) == 0) sched_yield();
  }
}

static const struct test tests[] = {
    {"fork_segments", test_segments, 60},
};

RUN_TESTS(tests)
