/* What the files of libletsbefriends tell each other, in the order in which a
 * crash passes through them. Nothing here is visible outside of the library.
 * All memory is static and used by one thread at a time, the one that reports
 * (see claim_the_report in letsbefriends.c). Unless a comment says otherwise,
 * everything below is async-signal-safe: no malloc, no stdio, no locks. */
#ifndef INTERNAL_H
#define INTERNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <ucontext.h>

#include "arch.h"

/* letsbefriends.c: what the constructor found. By the time of a crash, the
 * program may have overwritten the originals, most of which lie on its stack. */
extern struct at_start {
  char program_name[64];
  uint64_t random; /* bytes that the kernel gives to each process */
  const void *program_headers;
  unsigned long program_header_count;
  const void *on_stack;     /* somewhere in the main thread's stack */
  bool standard_error_open; /* else, what is open as 2 later is some file of the program's */
  char search_path[4096];   /* the environment's PATH */
} at_start;

/* letsbefriends.c: the crash that is reported, perhaps by a child of the process. */
extern struct crash {
  int number;
  const siginfo_t *info;
  ucontext_t *context;
  pid_t process;
  bool in_main_thread;
} crash;

/* options.c: what the environment asks for. Read once, at start. */
struct options {
  bool core, backtrace, symbolize, explain, help;
  enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
  unsigned signals;     /* bit 1 << n: report signal n */
  const char *messages; /* one per line; begins with a message, ends with a newline */
};
extern struct options options;
const char *signal_name(int number);
void options_read(void); /* in the constructor only: uses getenv */

/* park.c: makes each other thread wait for the end of the process. */
void park_other_threads(void);
void wait_for_the_end(int number); /* a signal handler; does not return */
pid_t thread_id(void);

/* report.c: the text, its colours, its way to standard error, and the deadline for all of it. */
void report_begin(int time); /* in milliseconds */
int milliseconds_left(void);
/* A very small printf: knows %s, %lu and %lx. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_bytes(const char *bytes, size_t length);
char *write_number(char *end, uintptr_t number, unsigned base); /* ends before end; returns the first digit */
void copy_text(char *to, size_t size, const char *from);        /* what there is no room for becomes "..." */
void report_label(const char *label);                           /* highlighted if there are colours */
void report_send(void);

/* maps.c: what the kernel says about the address space. */
enum { PATH_BYTES = 1024 }; /* longer ones are cut */
struct region {
  uintptr_t start, end, offset;
  bool readable, writable, executable;
  char name[PATH_BYTES]; /* a path, "[heap]", "[stack]", ...; "" if anonymous */
};
/* Calls visit for each region in ascending order until it returns false. False if /proc is not there. */
bool maps_visit(bool (*visit)(const struct region *region, void *argument), void *argument);
/* The region that holds the address and its neighbours; each is all zeros if there is none. */
struct surroundings {
  uintptr_t address;
  struct region below, at, above;
};
bool maps_around(uintptr_t address, struct surroundings *surroundings);
const char *base_name(const char *path);
bool is_program(const char *path); /* the file that is being run, not a library */

/* explain.c, access.c: the line "What happened". Returns whether a jump went wrong: then
 * the program counter is nonsense, and the caller is what one wants to know. */
bool explain(int number, const siginfo_t *info, const ucontext_t *context);
pid_t sender(const siginfo_t *info);            /* of a signal with si_code <= 0; -1 if that is no process */
bool comes_with_address(const siginfo_t *info); /* of a SIGSEGV */
bool explain_access(const siginfo_t *info, const ucontext_t *context);
void report_attempt(enum access access, uintptr_t address);
bool report_if_text(uintptr_t address);

/* child.c: risky work, done by another process. Runs work(argument) in a child
 * and collects in buffer what it writes to standard output, until it ends or the
 * deadline comes. Returns the number of bytes, or -1 if no child could be made. */
ssize_t run_in_child(void (*work)(void *argument), void *argument, void *buffer, size_t size);
/* Runs work() here or, if the program has used up its descriptors, in a child, which closes its
 * copies. */
void run_with_descriptors(void (*work)(void));
void set_limit(int resource, rlim_t limit); /* as far as the hard limit allows */

/* unwind.c: one call on the stack. */
struct frame {
  uintptr_t pc;          /* of the faulting instruction, or inside the call instruction */
  uintptr_t offset;      /* the pc as addr2line wants it, counted from the start of the file's image */
  uintptr_t function;    /* where the function starts, counted likewise; 0 if not known */
  bool own;              /* in the program's own code, not in a library of the system */
  char file[PATH_BYTES]; /* the program or library; "" if the pc is in no file */
  char called[64];       /* name of the library function that was called here; "" if not known */
  /* What addr2line knows; empty where it knows nothing. */
  bool answered;
  char name[128], line[PATH_BYTES];
};
enum { FRAMES_MAX = 64 };
void unwind_in_child(void *context); /* writes struct frames to standard output; may crash */
bool frame_resolve(struct frame *frame);

/* where.c: the line "Where", and the backtrace. */
void where(ucontext_t *context, bool jumped);

/* threads.c: an alternate signal stack for this thread. Not async-signal-safe. */
void use_alternate_stack(void);

#endif
