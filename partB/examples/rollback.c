/* rollback: a search tree that forgets what went wrong. The tree, all its nodes and
 * the allocator that they come from lie in one block of chunks. Each step changes the
 * tree in some places; some steps fail half way, and are taken back: the block is
 * restored, at the same addresses, so that every pointer in it is right again. Now and
 * then a mistake is noticed late, and up to 63 steps are taken back at once.
 *
 *   rollback         5,000 steps
 *   rollback STEPS   as many as that
 *
 * All that was not taken back is done once more, in plain memory and without snapshots:
 * the two trees must be the same. Exit status: 0 if they are, 1 if not, 2 for bad usage
 * or lack of memory. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lazycopy.h"

enum { CHUNKS = 64, KEPT = 64, KEYS = 20000, CHANGES = 12 };

struct node {
  uint32_t key, value;
  struct node *left, *right; /* left: also the next one that is free */
};

/* What lies at the start of the block. */
struct heap {
  struct node *root, *free;
  size_t used; /* nodes */
  struct node nodes[];
};

static struct node *new_node(struct heap *heap, uint32_t key) {
  struct node *node = heap->free;
  if (node) {
    heap->free = node->left;
  } else {
    node = &heap->nodes[heap->used++];
  }
  *node = (struct node){.key = key};
  return node;
}

/* Where the tree has the key, or would have it. */
static struct node **find(struct heap *heap, uint32_t key) {
  struct node **link = &heap->root;
  while (*link && (*link)->key != key) link = key < (*link)->key ? &(*link)->left : &(*link)->right;
  return link;
}

static void put(struct heap *heap, uint32_t key, uint32_t value) {
  struct node **link = find(heap, key);
  if (!*link) *link = new_node(heap, key);
  (*link)->value = value;
}

static void take_out(struct heap *heap, uint32_t key) {
  struct node **link = find(heap, key), *node = *link;
  if (!node) return;
  if (node->left && node->right) { /* the next larger one takes its place */
    struct node **next = &node->right;
    while ((*next)->left) next = &(*next)->left;
    node->key = (*next)->key;
    node->value = (*next)->value;
    link = next;
    node = *next;
  }
  *link = node->left ? node->left : node->right;
  node->left = heap->free;
  heap->free = node;
}

/* The same numbers make the same changes. */
static uint32_t next_number(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 33);
}

static void change(struct heap *heap, uint64_t numbers, int changes) {
  for (int i = 0; i < changes; i++) {
    uint32_t key = next_number(&numbers) % KEYS, what = next_number(&numbers);
    if (what % 3 == 0) {
      take_out(heap, key);
    } else {
      put(heap, key, what);
    }
  }
}

static bool are_same(const struct node *one, const struct node *other) {
  if (!one || !other) return one == other;
  return one->key == other->key && one->value == other->value && are_same(one->left, other->left) &&
         are_same(one->right, other->right);
}

/* The block before each of the last steps, and the numbers of all steps that were not taken
 * back. */
static struct {
  void *snapshots[KEPT];
  uint64_t *done;
  size_t count, kept;
} history;

static bool begin_step(struct heap *heap, uint64_t numbers) {
  void **place = &history.snapshots[history.count % KEPT];
  if (*place) chunks_free(*place, CHUNKS);
  *place = chunks_snapshot(heap, CHUNKS);
  history.done[history.count++] = numbers;
  if (history.kept < KEPT) history.kept++;
  return *place;
}

static bool take_back(struct heap *heap, size_t steps) {
  history.count -= steps;
  history.kept -= steps;
  return chunks_restore(heap, history.snapshots[history.count % KEPT], CHUNKS) == 0;
}

static size_t read_steps(int argc, char **argv) {
  char *end = "";
  unsigned long steps = argc > 1 ? strtoul(argv[1], &end, 10) : 5000;
  if (argc <= 2 && *end == '\0' && steps >= 1 && steps <= 1000000) return steps;
  fprintf(stderr, "rollback: '%s' is not a number from 1 to 1000000\n", argv[argc - 1]);
  exit(2);
}

int main(int argc, char **argv) {
  size_t steps = read_steps(argc, argv), failed = 0, late = 0;
  struct heap *heap = chunks_alloc(CHUNKS), *plain = calloc(CHUNKS, CHUNKSIZE);
  history.done = calloc(steps, sizeof *history.done);
  if (!heap || !plain || !history.done) return perror("rollback"), 2;
  uint64_t dice = 1;
  for (size_t i = 0; i < steps; i++) {
    uint64_t numbers = next_number(&dice);
    if (!begin_step(heap, numbers)) return perror("rollback"), 2;
    uint32_t luck = next_number(&dice) % 100;
    change(heap, numbers, luck < 30 ? CHANGES / 2 : CHANGES);
    size_t back = luck < 30 ? 1 : luck < 32 ? 1 + next_number(&dice) % history.kept : 0;
    if (back > 0 && !take_back(heap, back)) return perror("rollback"), 2;
    failed += back == 1;
    late += back > 1 ? back : 0;
  }
  for (size_t i = 0; i < history.count; i++) change(plain, history.done[i], CHANGES);
  bool right = are_same(heap->root, plain->root);
  printf("%zu steps: %zu failed half way, %zu were taken back later, %zu stayed\n", steps, failed, late,
         history.count);
  printf("the tree is %s\n", right ? "as it should be" : "WRONG");
  return right ? 0 : 1;
}
