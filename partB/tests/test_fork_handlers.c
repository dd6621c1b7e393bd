/* Fork handlers of other libraries, which run before and after lazycopy's own: they
 * write to chunks, and make, copy and free them. */
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kin.h"
#include "support.h"

/* Three chunks for the handlers registered before the library's, three for those
 * after: written in prepare, in the parent, in the child. The odd ones share. */
enum { IN_PREPARE, IN_PARENT, IN_CHILD, HANDLERS };

static char *early[HANDLERS], *late[HANDLERS], *copies[2 * HANDLERS];
static int value; /* what the handlers write */

static void early_prepare(void) {
  poke(early[IN_PREPARE], value);
}
static void early_parent(void) {
  poke(early[IN_PARENT], value);
}
static void early_child(void) {
  poke(early[IN_CHILD], value);
}
static void late_prepare(void) {
  poke(late[IN_PREPARE], value);
}
static void late_parent(void) {
  poke(late[IN_PARENT], value);
}
static void late_child(void) {
  poke(late[IN_CHILD], value);
}

static void make_handled_chunks(int share) {
  for (int i = 0; i < HANDLERS; i++) {
    early[i] = chunk_alloc();
    late[i] = chunk_alloc();
    CHECK(early[i] && late[i]);
    if (!share) continue;
    copies[i] = lazy_copy(early[i], 1);
    copies[HANDLERS + i] = lazy_copy(late[i], 1);
  }
}

/* Written by a handler of this side or of the prepare stage? */
static void check_handled(int child) {
  char **all[] = {early, late};
  for (int i = 0; i < 2; i++) {
    CHECK(peek(all[i][IN_PREPARE]) == value);
    CHECK(peek(all[i][IN_PARENT]) == (child ? value - 1 : value));
    CHECK(peek(all[i][IN_CHILD]) == (child ? value : 0));
  }
  for (int i = 0; i < 2 * HANDLERS; i++) CHECK(!copies[i] || is_zero(copies[i], 1));
}

static void set_all(int to) {
  for (int i = 0; i < HANDLERS; i++) {
    poke(early[i], to);
    poke(late[i], to);
  }
}

static void fork_with_handlers(void) {
  for (value = 1; value < 12; value++) {
    pid_t child = fork();
    check_handled(child == 0);
    if (child == 0) {
      set_all(200);
      _exit(peek(early[IN_PREPARE]) == 200 ? 0 : 1);
    }
    CHECK(wait_status(child) == 0);
    check_handled(0);
  }
}

static void test_other_fork_handlers(void) {
  make_handled_chunks(0);
  around_fork = (struct around_fork){early_prepare, early_parent, early_child};
  CHECK(pthread_atfork(late_prepare, late_parent, late_child) == 0);
  fork_with_handlers();
  make_handled_chunks(1);
  fork_with_handlers();
}

/* The library used between its preparation and the fork, in several ways: what is written then
 * belongs to both sides. The parent writes before the child reads. */
enum { WROTE = 4 };
static struct turns turns;
static char *shared_before, *made[2], *wrote;

static void early_use(void) {
  struct chunk_stats unused;
  if (value % 2) poke(shared_before, value);
  made[0] = new_block(1, 3);
  if (value % 3) made[1] = lazy_copy(made[0], 1);
  if (value % 4 == 0) chunk_get_stats(&unused);
  for (size_t i = 0; i < WROTE; i++) poke(wrote + i * CHUNKSIZE, value);
  if (value % 2 == 0) poke(shared_before, value);
}

static void await_parent(void) {
  await(turns.to_child);
}

static int is_as_at_fork(void) {
  int right = peek(shared_before) == value && holds(made[0], 1, 3) && (!made[1] || holds(made[1], 1, 3));
  for (size_t i = 0; i < WROTE; i++) right &= peek(wrote + i * CHUNKSIZE) == value;
  return right;
}

static void overwrite(void) {
  fill(made[0], 1, 4);
  if (made[1]) fill(made[1], 1, 4);
  poke(shared_before, 200);
  for (size_t i = 0; i < WROTE; i++) poke(wrote + i * CHUNKSIZE, 200);
}

static void use_just_before(void) {
  shared_before = chunk_alloc();
  wrote = new_block(WROTE, 1);
  made[1] = NULL;
  turns = open_turns();
  around_fork = (struct around_fork){.before = early_use, .in_child = await_parent};
  pid_t child = fork_or_fail();
  if (child == 0) _exit(is_as_at_fork() ? 0 : 1);
  CHECK(is_as_at_fork());
  overwrite();
  give(turns.to_child);
  CHECK(wait_status(child) == 0);
}

static void test_used_just_before(void) {
  for (value = 0; value < 12; value++) {
    pid_t child = fork();
    if (child == 0) {
      use_just_before();
      _exit(0);
    }
    CHECK(wait_status(child) == 0);
  }
}

/* Chunks freed between the library's preparation and the fork: what is put off is
 * done on either side. */
static char *freed_in_prepare[3];

static void early_free(void) {
  poke(freed_in_prepare[2], 9);
  for (int i = 0; i < 3; i++) CHECK(chunk_free(freed_in_prepare[i]) == 0);
}

static void test_freed_just_before(void) {
  char *block = new_block(2, 1);
  around_fork.before = early_free;
  for (int round = 0; round < 20; round++) {
    freed_in_prepare[0] = new_block(1, 2);
    freed_in_prepare[1] = chunk_alloc();
    freed_in_prepare[2] = lazy_copy(block, 1);
    pid_t child = fork();
    for (int i = 0; i < 3; i++) CHECK(chunk_free(freed_in_prepare[i]) == -1);
    char *chunk = chunk_alloc();
    CHECK(chunk && is_zero(chunk, 1) && holds(block, 2, 1));
    fill(chunk, 1, child == 0);
    poke(block + 8, child == 0);
    char *copy = lazy_copy(block, 2);
    poke(copy, 5);
    if (child > 0) CHECK(wait_status(child) == 0);
    CHECK(holds(chunk, 1, child == 0) && peek(block + 8) == (child == 0));
    if (child == 0) _exit(0);
    fill(block, 2, 1);
    CHECK(chunk_free(chunk) == 0 && chunks_free(copy, 2) == 0);
  }
  CHECK(stats().live_chunks == 2 && stats().sharing_chunks == 0);
}

/* Scattered ones go in one call afterwards, not one each call. */
static char *scattered;

static void early_free_scattered(void) {
  for (int i = 0; i < 64; i += 2) CHECK(chunk_free(scattered + (size_t)i * CHUNKSIZE) == 0);
}

static void test_scattered_freed_just_before(void) {
  skip_without_sharing();
  scattered = new_block(64, 1);
  around_fork.before = early_free_scattered;
  pid_t child = fork_or_fail();
  CHECK(stats().frames_in_use == 32);
  if (child == 0) _exit(0);
  CHECK(wait_status(child) == 0);
}

/* A chunk written then, and protected by the program itself, keeps what was written. */
static char *protected_in_prepare;

static void early_protect(void) {
  poke(protected_in_prepare, 7);
  CHECK(mprotect(protected_in_prepare, CHUNKSIZE, PROT_READ) == 0);
}

static void test_protected_just_before(void) {
  protected_in_prepare = new_block(1, 1);
  around_fork.before = early_protect;
  pid_t child = fork_or_fail();
  CHECK(peek(protected_in_prepare) == 7);
  if (child == 0) _exit(0);
  CHECK(wait_status(child) == 0);
  CHECK(mprotect(protected_in_prepare, CHUNKSIZE, PROT_READ | PROT_WRITE) == 0);
  poke(protected_in_prepare + 1, 8);
  CHECK(peek(protected_in_prepare) == 7 && peek(protected_in_prepare + 1) == 8);
}

static const struct test tests[] = {
    {"fork_other_handlers", test_other_fork_handlers, 60},
    {"fork_used_just_before", test_used_just_before, 60},
    {"fork_freed_just_before", test_freed_just_before, 20},
    {"fork_scattered_freed_just_before", test_scattered_freed_just_before, 20},
    {"fork_protected_just_before", test_protected_just_before, 20},
};

RUN_TESTS(tests)
