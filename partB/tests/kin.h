/* For tests of fork: a process that takes turns with its child, what runs around a fork, and a
 * family of chunks of all kinds whose contents can be told apart. */
#ifndef KIN_H
#define KIN_H

#include <stddef.h>
#include <sys/types.h>

/* One pipe for each direction. A process whose partner has died fails. */
struct turns {
  int to_child[2], to_parent[2];
};

struct turns open_turns(void);

/* Forks, and keeps of the pipes only the ends this side needs. */
pid_t fork_with_turns(struct turns *turns);

void give(const int ends[2]);
void await(const int ends[2]);

pid_t fork_or_fail(void);

/* A child that ends at once, and is waited for. */
void fork_once(void);

/* For a child that does not end by itself. */
void kill_child(pid_t child);

/* If set, called around each fork, by handlers that were registered before the library's: before the
 * fork after all that the library does then, and after it, on either side, before what the library does. */
struct around_fork {
  void (*before)(void);
  void (*in_parent)(void);
  void (*in_child)(void);
};
extern struct around_fork around_fork;

/* A block of KINDS chunks: 0 and 1 are private, 2 and 3 share with a copy, 4 and
 * 5 were split from it, 6 and 7 shared until the copy was freed; and the four
 * chunks that are left of the copy. */
enum { KINDS = 8, COPIED = 4 };

struct family {
  char *block, *copy;
};

struct family make_family(void);
int is_original(struct family family);

/* Writes all bytes of the block with one value, the copy with the next one. */
void rewrite(struct family family, int value);
int is_rewritten(struct family family, int value);

/* A block whose bytes are all one value; is_block_of looks at one in 64. */
void rewrite_block(char *block, size_t count, int value);
int is_block_of(const char *block, size_t count, int value);

#endif
