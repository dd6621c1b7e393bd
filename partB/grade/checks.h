/* What the checks of lazycopy share. Each is in a process of its own. */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check.h"

enum { CHUNKSIZE = 0x10000, SMALL_PAGE = 4096, SMALL_PAGES = CHUNKSIZE / SMALL_PAGE };

/* The lab's functions as the graded library has them. */
struct lab {
  void (*startup)(void);
  void *(*alloc)(void);
  void *(*copy_eager)(void *chunk);
  void *(*copy_lazy)(void *chunk);
  int (*free)(void *chunk); /* an extra: NULL if there is none; may return nothing */
};
extern struct lab lab;

/* Says what is under way, for the report of a crash or a hang: "... while it
 * wrote to the last byte of a lazy copy". */
void doing(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Passes, at any place. Async-signal-safe. */
_Noreturn void pass_now(void);

/* From here on the program is expected to crash: that is a pass. */
void expect_end(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What doing ends with when the handler is to make a write possible. If it does not, the grader asks what the
 * handler does (handler_question), and says that instead. */
#define UNRECOGNISED ": your handler did not recognise it, or did not make it writable"

/* Two chunks, one the lazy copy of the other, and what they should hold. */
struct pair {
  unsigned char *original, *copy;
  unsigned char *original_model, *copy_model;
  unsigned number; /* lazy copies are counted from 1 */
};

/* The lab's functions; they fail the check if they give no chunk, or as a copy the chunk itself. */
unsigned char *new_chunk(void);
unsigned char *eager_copy(void *chunk);
unsigned char *lazy_copy(void *chunk);

/* Bytes that differ from chunk to chunk and from offset to offset. */
void fill(unsigned char *chunk, unsigned seed);

/* Plain memory of CHUNKSIZE bytes with the same contents. There is room for some hundred;
 * when the ones made so far are not needed any more, it may be used again. */
unsigned char *new_model(const unsigned char *chunk);
void reuse_models(void);

/* Fails, naming the first offset, if a chunk is not as its model; says why. */
void compare(const unsigned char *chunk, const unsigned char *model, const char *why);

/* A filled chunk and its lazy copy; or the chunk first, and its copy later. */
struct pair new_pair(unsigned seed);
struct pair new_original(unsigned seed);
void copy_original(struct pair *pair);
void compare_pair(const struct pair *pair, const char *original_why, const char *copy_why);

/* Fails the check if lazy copies share no memory: for checks of how sharing ends. */
void need_sharing(void);

/* Writes to a chunk and to its model. */
void write_byte(unsigned char *chunk, unsigned char *model, size_t offset, unsigned char value);

/* The same for one side of a pair; says before which one it is, and where. */
void write_side(const struct pair *pair, bool to_copy, size_t offset, unsigned char value);

/* Pseudo-random numbers below a bound; the same in every run. */
size_t random_below(size_t bound);

/* Not graded: what does the handler do at a first write? Fails with the answer, as the end of a sentence. */
extern const struct check handler_question;

/* What it says when the handler has returned, and then more about it. */
#define RETURNED "returned from your handler"

void check_alloc(void), check_eager(void), check_equal(void), check_copy_written(void),
    check_original_written(void), check_both_written(void), check_model(void), check_many(void),
    check_speed(void), check_memory(void), check_first_last(void), check_every_page(void),
    check_every_byte(void);
void check_last_sharer(void), check_many_copies(void), check_copy_of_copy(void), check_free(void);
void check_torn_read(void), check_two_writers(void), check_beyond_end(void), check_real_crash(void),
    check_jump(void), check_other_handler(void), check_busy_printf(void), check_malloc_calls(void),
    check_printing(void), check_errno(void), check_small_stack(void), check_leak(void), check_fork(void),
    check_bad_pointer(void), check_mapping_limit(void);

#endif
