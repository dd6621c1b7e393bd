/* lazycopy: copy-on-write inside one process, by virtual memory.
 *
 * A chunk is CHUNKSIZE bytes of memory, aligned to CHUNKSIZE. A block is one
 * chunk or several that lie side by side. A lazy copy maps the same physical
 * memory a second time and write-protects both sides; the first write to either
 * side is caught by a SIGSEGV handler, which gives the written chunk memory of
 * its own. Until then a copy costs no memory, and a few system calls of time. The
 * rest is paid at the first read of a page and at the first write to a chunk.
 *
 *   char *table = chunks_alloc(1000);             zeroed, 62.5 MiB
 *   char *snapshot = chunks_copy_lazy(table, 1000);
 *   table[12345] = 'x';                           snapshot[12345] is still 0
 *   chunks_free(snapshot, 1000);
 *
 * Rules that hold for every function below, unless it says otherwise:
 *
 * - A function that returns a pointer returns NULL on failure, one that returns
 *   int returns -1; errno then says why and nothing has changed: every chunk
 *   made before has the contents it had. On success errno is left alone.
 * - May be called from any thread at any time. The library orders its own work;
 *   a program must order its own reads and writes of a chunk, and not use a
 *   chunk that another thread is freeing, as with malloc.
 * - May not be called from a signal handler, but a handler may read and write
 *   chunks whenever it likes, lazy copies included. Signals other than SIGSEGV are
 *   held back while the library works.
 * - Do not block SIGSEGV in a thread, or in the mask of a handler, that writes to
 *   chunks or reads what is asleep: the kernel ends a program that faults then.
 * - After fork() each process has its chunks to itself, as with malloc.
 * - Do not call mprotect, mmap, mremap, munmap or madvise on a chunk, and do not use one
 *   as a stack.
 *
 * A chunk is read-only from the moment when it is copied lazily, is made as a lazy
 * copy, or the process forks, until the program writes to it, whether anybody still
 * shares it or not. System calls that write into memory (read, recv, stat, poll, ...)
 * fail with EFAULT there, because the kernel sends no signal for its own writes: call
 * chunk_make_writable first.
 *
 * A write for which no memory is left ends the program: one line on standard
 * error says so, then SIGSEGV. Errors and limits in full: lazycopy(3). */
#ifndef LAZYCOPY_H
#define LAZYCOPY_H

#include <signal.h> /* siginfo_t */
#include <stddef.h>

/* The version of this header, and as one number, 10203 for 1.2.3, for #if. */
#define LAZYCOPY_VERSION_MAJOR 1
#define LAZYCOPY_VERSION_MINOR 1
#define LAZYCOPY_VERSION_PATCH 0
#define LAZYCOPY_VERSION \
  (LAZYCOPY_VERSION_MAJOR * 10000 + LAZYCOPY_VERSION_MINOR * 100 + LAZYCOPY_VERSION_PATCH)
#define LAZYCOPY_VERSION_STRING \
  LAZYCOPY_VERSION_DOTS(LAZYCOPY_VERSION_MAJOR, LAZYCOPY_VERSION_MINOR, LAZYCOPY_VERSION_PATCH)
#define LAZYCOPY_VERSION_DOTS(major, minor, patch) LAZYCOPY_VERSION_DOTS_(major, minor, patch)
#define LAZYCOPY_VERSION_DOTS_(major, minor, patch) #major "." #minor "." #patch

#ifdef __cplusplus
extern "C" {
#endif

/* The size and the alignment of a chunk, in bytes: 64 KiB. */
#define CHUNKSIZE 0x10000

/* Prepares the library and installs its SIGSEGV handler. The other functions call it
 * when needed. Call it yourself to decide when: a SIGSEGV handler installed before
 * gets every fault that is not about a chunk (see sigaction(2)). If one was installed
 * afterwards, call it again: the library's handler is put in front once more, and
 * the one that it finds gets the other faults; or have that handler call
 * chunk_handle_fault. */
void chunk_startup(void);

/* Returns a new chunk, or a block of count chunks, filled with zeros. Physical
 * memory is taken page by page when it is first touched.
 * EINVAL: count is 0. ENOMEM: the kernel gives no more address space, memory or
 * mappings, or count is more than any address space holds. */
void *chunk_alloc(void);
void *chunks_alloc(size_t count);

/* Returns a copy of a chunk or a block, made at once, as memcpy would. The
 * source is any range of count live chunks, whichever calls made them. While
 * another thread writes to the source, each aligned word of the copy is the old
 * or the new one.
 * EINVAL: count is 0; chunk is not the start of a live chunk; or not all of the
 * range is live. ENOMEM: as for chunk_alloc. */
void *chunk_copy_eager(void *chunk);
void *chunks_copy_eager(void *chunks, size_t count);

/* Returns a copy of a chunk or a block that shares memory with its source until
 * one of the two is written. Copies may be copied again, as often as one likes.
 * While other threads write to the source, the copy is of one moment: it holds no
 * write without all those that came before. Where the kernel refuses what sharing
 * takes (mappings, or mremap with old size 0 under valgrind and qemu), and while
 * another thread forks, the copy is an eager one, and eager_fallbacks grows.
 * Errors: as for chunks_copy_eager. */
void *chunk_copy_lazy(void *chunk);
void *chunks_copy_lazy(void *chunks, size_t count);

/* Like chunk_copy_lazy, and nothing is mapped before it is touched: a snapshot is
 * asleep. Taking, keeping and freeing it cost little even if the source is written
 * all over, as most snapshots are never read. A thread's first touch wakes the chunk
 * and some of its neighbours. Restoring, comparing, copying, freeing and forking need
 * no waking. A system call that reads from a chunk that is asleep fails with EFAULT:
 * call chunk_make_readable first. That is the whole difference.
 * Errors: as for chunk_copy_lazy. */
void *chunk_snapshot(void *chunk);
void *chunks_snapshot(void *chunks, size_t count);

/* Makes each of count live chunks, at its address, a lazy copy of its counterpart in
 * another range of live chunks: a snapshot or any other, which stays as it is, for as
 * often as one likes. Chunks that share already are left alone. Readers see old bytes
 * or new ones. Where nothing can be shared (valgrind, during a fork, mappings short,
 * pinned chunks) the bytes are copied, each aligned word at once.
 * The same range twice: 0, and nothing is done. EINVAL: count is 0, not all are live,
 * or the ranges overlap otherwise; nothing has changed then. ENOMEM: each chunk has
 * its old bytes or its new ones. */
int chunk_restore(void *chunk, void *snapshot);
int chunks_restore(void *chunks, void *snapshot, size_t count);

/* How many chunks, from the first on, are known to hold the same bytes as their
 * counterparts, because they share memory: for saving only what has changed. The next
 * one may hold the same bytes all the same. The same range twice: count. 0 also if
 * not both ranges are live. Leaves errno alone. */
size_t chunks_same(const void *chunks, const void *others, size_t count);

/* Frees a chunk, or a range of count live chunks, whichever calls made them.
 * Copies that share memory with it keep their contents. Using a freed chunk is
 * an error as with free(); in general it faults. NULL is fine and does nothing.
 * EINVAL: count is 0 (also with NULL); chunk is not the start of a live chunk;
 * or not all of the range is live; nothing is freed then. */
int chunk_free(void *chunk);
int chunks_free(void *chunks, size_t count);

/* Gives the chunks that hold the bytes [address, address + length) memory of
 * their own and makes them writable, as a write to each of them would, so that
 * a system call may write there too. Holds until one of them is copied lazily
 * or the process forks. Any address inside a live chunk will do; length 0 does
 * nothing, whatever the address.
 * EINVAL: not all of the range lies in live chunks. ENOMEM: no memory or
 * mappings; some of the chunks may have been made writable. */
int chunk_make_writable(void *address, size_t length);

/* Wakes those of the chunks that hold the bytes [address, address + length) that are
 * asleep (see chunk_snapshot), so that a system call may read there.
 * Errors: as for chunk_make_writable. */
int chunk_make_readable(void *address, size_t length);

/* Gives the chunks that hold the bytes [address, address + length) memory that stays,
 * writable, whatever is copied or forked, until they are unpinned as many times as
 * they were pinned: for buffers of read and recv, memory that is registered with the
 * kernel (pin it before), mlock, and mutexes that are robust or inherit priorities.
 * Copies and snapshots of a pinned chunk copy its bytes at once, each aligned word at
 * one moment; restoring to or from it copies bytes. After a fork, each process has
 * its own. Freeing ends pins. Length 0 does nothing.
 * EINVAL: not all of the range lies in live chunks; chunk_unpin: or not all of them are
 * pinned. ENOMEM: no memory or mappings. Nothing is pinned or unpinned then. */
int chunk_pin(void *address, size_t length);
int chunk_unpin(void *address, size_t length);

/* Gives the memory of freed chunks that the library keeps (frames_cached) back to the
 * system, as malloc_trim does. While another thread forks, it does nothing. */
void chunk_trim(void);

/* For a program whose own SIGSEGV handler was installed after chunk_startup:
 * call this first, with the handler's second and third argument (SA_SIGINFO).
 * Returns 1 if the fault was the first write to a shared chunk, or the first touch
 * of one that is asleep: it is solved, the handler must return, and the access is
 * done again. Returns 0 if the fault is none of the library's business. Leaves errno alone.
 * Async-signal-safe: this function is meant to be called from a SIGSEGV handler, and only from there. Install
 * that handler with SA_SIGINFO and a mask of all signals except SIGSEGV: another handler must not run on top
 * of it and write to a chunk. Declared where <signal.h> declares siginfo_t: not in strict modes
 * (-std=c11) unless _POSIX_C_SOURCE or the like asks for it. */
#ifdef SI_USER /* the macro that comes with siginfo_t */
int chunk_handle_fault(siginfo_t *info, void *context);
#endif

/* Figures about all chunks of this process at one moment. The structure may lie in a
 * chunk, also in a lazy copy; NULL does nothing. */
struct chunk_stats {
  size_t live_chunks;         /* allocated or copied, and not freed */
  size_t sharing_chunks;      /* of these: share their memory with another live chunk */
  size_t frames_in_use;       /* 64 KiB units of memory behind the live chunks */
  size_t frames_cached;       /* freed ones kept: up to 1024 (64 MiB) or a quarter of those in use */
  size_t bytes_saved;         /* what eager copying would need on top of frames_in_use */
  size_t splits;              /* chunks given memory of their own so far, by copying */
  size_t splits_without_copy; /* the last sharer was simply made writable */
  size_t eager_fallbacks;     /* chunks copied eagerly though a lazy copy was asked for */
  size_t kernel_mappings;     /* what the library takes of the kernel's vm.max_map_count */
};

void chunk_get_stats(struct chunk_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
