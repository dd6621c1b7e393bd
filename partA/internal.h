/* What the files of libletsbefriends share. They are, each calling only those below it:
 *
 *   letsbefriends.c  the constructor and the signal handler: the order of events
 *   threads.c        an alternate signal stack for each thread
 *   tell.c           the report after its kind line, in a child and without one
 *   where.c          the line "Where", and the backtrace
 *   explain.c        the line "What happened"; access.c: an access to an address; nearby.c: what is there
 *   calls.c          which functions of libraries stand between the program's own code and the crash
 *   symbols.c        names and lines; files.c, table.c: opening files, reading symbol tables
 *   unwind.c         the calls on the stack (musl.c: what its libgcc needs elsewhere than in glibc)
 *   image.c, maps.c  the mapped files, and the kernel's list of what is mapped
 *   child.c, park.c  a process for the risky work; making the other threads wait
 *   report.c         the text, its way to standard error, and the deadline for all of it
 *   strict.c, options.c, start.c, text.c   what was found before the crash; helpers
 *
 * Nothing of this is visible outside of the library. All memory is static and used by one thread at a
 * time, the one that reports (see claim_the_report in letsbefriends.c). Everything is async-signal-safe,
 * with no malloc, stdio or locks, except what says otherwise. What is risky, as it reads what may have
 * gone, opens files or runs programs, is marked "child only"; the rest may run in the crashed process. */
#ifndef INTERNAL_H
#define INTERNAL_H

#include <fcntl.h> /* what most of the files need; some more comes with arch.h */
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include "arch.h"

enum { PATH_BYTES = 1024, FRAMES_MAX = 128, SHOWN_MAX = 64 }; /* longer paths are cut */

/* What the constructor found. By the time of a crash, the program may have overwritten the originals,
 * most of which lie on its stack. */
struct standing {
  uid_t users[3]; /* real, effective, saved */
  gid_t groups[3];
  uint32_t capabilities[6];
  uint64_t root[3]; /* the root directory's inode, device and mount */
};
extern struct at_start {
  char program_name[64];
  char program_path[PATH_BYTES]; /* as it was given to execve */
  uint64_t random;               /* bytes that the kernel gives to each process */
  const void *program_headers;
  unsigned program_header_count;
  const void *on_stack;     /* somewhere in the main thread's stack */
  bool standard_error_open; /* else, what is open as 2 later is some file of the program's */
  bool secure;              /* set-user-ID: whoever runs it must not steer it */
  struct standing standing;
  char directory[PATH_BYTES]; /* the current one; "" if not known */
  char search_path[4096];     /* "PATH=" and the environment's */
} at_start;

/* What the environment asks for. */
enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
extern struct options {
  unsigned core, backtrace, symbolize, explain, registers, quote, help; /* 0 or 1 */
  unsigned color;                                                       /* COLOR_AUTO and so on */
  unsigned signals;                                                     /* bit 1 << n: report signal n */
  unsigned timeout;                                                     /* seconds that a report may take */
  const char *messages; /* one per line; begins with a message, ends with a newline */
} options;

extern volatile bool strict_mode; /* is this a process that may only read, write and exit? */

struct crash {
  int number;
  const siginfo_t *info; /* NULL if a handler of the program's passed on the number only */
  ucontext_t *context;   /* likewise */
  pid_t process, thread;
  const unsigned char
      *code;            /* the bytes at the program counter, followed by zeros; NULL except in the child */
  const void *on_stack; /* somewhere in the thread's stack; NULL if that is not known */
};

/* What works on the heap, as patterns for is_one_of; not new, which may throw. */
#define FREE_FUNCTIONS "free realloc reallocarray _Zd*"
#define HEAP_FUNCTIONS FREE_FUNCTIONS " malloc calloc *memalign aligned_alloc"

struct region {
  uintptr_t start, end, offset, device, inode;
  bool readable, writable, executable;
  char name[PATH_BYTES]; /* a path, "[heap]", "[stack]", ...; "" if anonymous */
};

/* The region that holds the address and its neighbours; each is all zeros if there is none. */
struct surroundings {
  uintptr_t address;
  struct region below, at, above;
  uintptr_t writable_above; /* the start of the next writable one */
};

/* The mapped file (program or library) whose code holds an address. */
struct image {
  uintptr_t start, end; /* of the region that holds the address */
  uintptr_t base;       /* where the file's first byte is mapped */
  uintptr_t bias;       /* what was added to the addresses in the file */
  const void *segments; /* the program headers */
  unsigned segment_count;
  bool own; /* the program's own code, not a library of the system */
  char path[PATH_BYTES];
};

struct frame {
  uintptr_t pc;          /* of the faulting instruction, or inside the call instruction */
  uintptr_t offset;      /* the pc as addr2line wants it, counted from the start of the file's image */
  uintptr_t stack;       /* the stack pointer there */
  bool own;              /* see struct image */
  bool looked_up;        /* in the symbol table */
  char file[PATH_BYTES]; /* the program or library; "" if the pc is in no file */
  char called[256];      /* name of the library function that was called here; "" if not known */
  char symbol[128];      /* from the file's symbol table; "" if not known */
  char *answer; /* what addr2line said: lines of a function and a place, in turn; NULL if not asked */
};

/* The calls on the stack, the innermost first. */
extern struct trace {
  unsigned count, shown; /* the first ones follow each other */
  bool cut;              /* there are more calls */
  bool late;             /* time ran out before all was asked */
  struct frame frames[FRAMES_MAX];
} trace;

struct place {
  char name[128], file[PATH_BYTES];
  unsigned long line; /* 0 if not known */
};

/* threads.c */
void use_alternate_stack(void);    /* for this thread; not async-signal-safe */
const void *thread_on_stack(void); /* somewhere in this thread's stack; NULL if not known */

void tell(const struct crash *crash); /* tell.c */
/* where.c */
void where(volatile bool *named); /* says when it has */

/* explain.c */
pid_t sender(const siginfo_t *info);            /* of a signal with si_code <= 0; -1 if that is no process */
bool comes_with_address(const siginfo_t *info); /* of a SIGSEGV */
bool is_refused(const struct crash *crash);     /* was the instruction refused, and no address given? */
const char *known_as(const char *called);       /* by what name people know it; NULL if by the same */
void explain(const struct crash *crash);
void report_registers(const struct crash *crash);
/* access.c; of those with "if", here and below, each says nothing and returns false if it is not so. */
void report_attempt(enum access access, uintptr_t address);
bool report_if_text(uintptr_t address);
bool report_if_heap(void);
void explain_access(const struct crash *crash);
/* nearby.c */
void report_region(const struct region *region);
void report_read_only(const struct surroundings *around);
void report_distance(unsigned long distance);
bool report_if_near(const struct surroundings *around, bool far);
bool report_if_below_zero(uintptr_t address);
bool report_if_freed(uintptr_t pointer);
bool is_32_bits(uintptr_t address); /* or sign-extended from that */
bool report_if_cut(uintptr_t address, bool called);
/* calls.c: as far as unwinding, in the child, has found calls. */
struct frame *calls_own(void);     /* the innermost of the program's own code; if none, of all */
char *calls_called(void);          /* the library function that the program's own code had called; "" */
const char *calls_innermost(void); /* the one in which it happened, as far as a file called it by name */
bool calls_passed(const char *patterns); /* was one of these called on the way? */
/* symbols.c: child only. */
void symbol_find(struct frame *frame); /* from the file's own table */
void symbolize(struct frame *first);   /* asks addr2line about all frames of one file, if there is time */
const char *symbol_plain(char *name);  /* a name of C++ as people write it; itself if nobody tells */
/* Takes a pair of lines off an answer; false at its end. */
bool place_next(char **answer, struct place *place);
bool place_is_header(const struct place *place);
void place_report_source(const struct place *place, const struct frame *frame);
/* files.c, table.c: child only. */
/* Opens what is mapped at the address, by its name; -1 if another file has that name now, or with
 * symbolize=0. */
int open_mapped(const char *path, uintptr_t address);
/* Opens a file to read; -1 if a part of its name is a link. If it does not begin with "/", from where the
 * program was started. */
int open_without_links(const char *path);
/* The name of the function that holds an address of the file; left as it is if that is not known. */
void table_find(int file, uintptr_t offset, char *name, size_t size);
/* unwind.c */
bool trace_add(uintptr_t pc);
/* Finds the calls that a report shows; beyond, adds those further out, as far as they are others than
 * those that are known already: recursion has few of them. Child only: may crash, or run for ever. */
void unwind(bool beyond);
/* image.c */
bool image_find(uintptr_t address, struct image *image);
bool image_variables(uintptr_t *start, uintptr_t *end); /* of the program */
/* The name under which the image imports what is in a slot of its; if slot is 0, the function. */
void image_import_name(const struct image *image, uintptr_t slot, uintptr_t function, char *name,
                       size_t size);
/* maps.c: all regions in ascending order, one after the other, to the last. */
bool maps_begin(void); /* false if /proc is not there */
bool maps_next(struct region *region);
bool maps_around(uintptr_t address, struct surroundings *surroundings);
bool maps_is_code(uintptr_t address); /* and some bytes before it */
bool is_program(const char *path);    /* the file that is being run, not a library */
/* child.c */
/* Runs work() in a child, which has no descriptors except standard error, and waits for its end until
 * the deadline. If the child faults, or computes for two seconds, it goes on with last_words(), a signal
 * handler. Both functions end by _exit. */
void run_in_child(void (*work)(void), void (*last_words)(int));
/* Runs the program, the first of the names that there is, with what input() opens as its standard input, and
 * collects what it writes as a text, empty if it could not be run. False if time ran out. Child only. */
bool run_program(const char *const *names, char **arguments, int (*input)(void), char *buffer, size_t size);
/* park.c */
pid_t thread_id(void);
void wait_for_the_end(int number); /* a signal handler; does not return */
void park_other_threads(pid_t process, pid_t thread);
/* report.c */
void report_begin(void);
int milliseconds_left(void);
/* A very small printf: knows %s, %lu and %lx. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool report_may_quote(void); /* from files and memory */
void report_bytes(const char *bytes, size_t length);
/* Begins a line, highlighted if there are colours; what was begun before and not sent is forgotten. */
void report_label(const char *label);
void report_send(void);
/* options.c */
const char *signal_name(int number);
void options_read(void); /* in the constructor only: uses getenv */
/* start.c */
void start_look_around(void); /* in the constructor only */
/* Has the process got other rights or another root directory? Then no program is run, and no file opened
 * except maps: they may be somebody else's. */
bool start_is_long_ago(void);
/* text.c */
/* Copies as much as there is room for, with "?" for what could harm a terminal; returns its length. */
size_t copy_harmless(char *to, size_t size, const char *from, size_t length);
void copy_text(char *to, size_t size, const char *from); /* what there is no room for becomes "..." */
/* Is the name one of the patterns, with spaces between them? What begins with "*" may be anywhere in it,
 * what ends with it is its beginning. */
bool is_one_of(const char *name, const char *patterns);
const char *base_name(const char *path);
/* Takes a line off the text, and keeps as much of it as there is room for. */
void take_line(char **text, char *line, size_t size);
uintptr_t take_number(const char **text, unsigned base);  /* off the text; 0 if there is none */
const char *number_text(uintptr_t number, unsigned base); /* until the next call */

#endif
