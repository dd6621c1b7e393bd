/* Explains an access to an address that does not allow it: which one, what is
 * there, and what mistake usually leads there. A question mark ends what is
 * only a guess. */
#include "internal.h"

enum { BEFORE_NULL = 4096, NEAR_NULL = 65536, FAR_FROM_NULL = 4 << 20, RED_ZONE = 512, LARGE = 1 << 30 };

static struct surroundings near_address, near_stack_pointer, near_own_stack;

void report_attempt(enum access access, uintptr_t address) {
  static const char *const verbs[] = {"access", "read from", "write to", "run code at"};
  report("%s tried to %s address 0x%lx", at_start.program_name, verbs[access], (unsigned long)address);
}

/* Has a function of a library crashed, and is it one of C, where anything may be given for a pointer? */
static bool is_in_c_library(void) {
  return !trace.frames->own && strncmp(calls_called(), "_Z", 2) != 0;
}

/* Printable characters up to the end of the pointer or of a text, and more than a number of 24 bits. */
bool report_if_text(uintptr_t address) {
  char bytes[sizeof address + 1] = {0};
  size_t length = 0;
  memcpy(bytes, &address, sizeof address);
  while (bytes[length] >= ' ' && bytes[length] <= '~') length++;
  if (length < 3 || bytes[length] || address >> 24 == 0) return false;
  if (!report_may_quote()) return true;
  report(" The pointer holds the text \"");
  report_bytes(bytes, length);
  report("\": something wrote past the end of a string or array?");
  if (is_in_c_library()) report(" Or was text given in place of a pointer?");
  return true;
}

/* Was the stack pointer in this stack in one of the calls that led here? If the calls are not known,
 * because the array has overwritten what is needed for that, it is believed to have been close. */
static bool came_from(const struct region *stack, uintptr_t stack_pointer) {
  if (trace.count <= 1) return stack->start - stack_pointer < LARGE;
  for (const struct frame *frame = trace.frames; frame < trace.frames + trace.count; frame++) {
    if (frame->stack >= stack->start && frame->stack < stack->end) return true;
  }
  return false;
}

/* Is a stack full: this thread's own, or another? The first of these that is so tells:
 *
 *   A  The stack pointer is in a stack, and the address just below that, not further than a push or
 *      a red zone reaches.
 *   B  The stack pointer has left its thread's own stack downwards, where it was in an earlier call,
 *      and the address is between the two: a large local array.
 *   C  The stack pointer is in no memory, and the address is between it and the next writable memory
 *      above: so it is with stacks that somebody made, as coroutines do, of which nothing is known.
 *
 * None of them is a return that reads its target where the stack pointer is: that was overwritten. */
static bool report_if_stack_is_full(const struct crash *crash, enum access access) {
  const struct region *own = &near_own_stack.at, *at = &near_stack_pointer.at;
  uintptr_t address = (uintptr_t)crash->info->si_addr, stack_pointer = arch_sp(crash->context);
  uintptr_t lowest = stack_pointer - RED_ZONE, next = near_stack_pointer.writable_above;
  bool in_stack = at->writable && address < at->start && address >= lowest; /* A */
  bool left_own = stack_pointer < own->start && address - lowest < own->start - lowest &&
                  came_from(own, stack_pointer); /* B */
  bool left_other =
      next && !at->writable && next - stack_pointer < LARGE && address - lowest < next - lowest; /* C */
  bool returns = access == ACCESS_READ && address == stack_pointer && !at->writable;
  if (access == ACCESS_EXECUTE || returns || !(in_stack || left_own || left_other)) return false;
  const char *which = "the stack of one of its threads";
  if (in_stack ? at->start == own->start : left_own) {
    if (crash->on_stack == at_start.on_stack) which = "the stack of its main thread";
  } else if (crash->on_stack) {
    which = "a stack that it has made, of a coroutine for example";
  }
  report("%s used up %s: recursion that never ends, or a very large local array?", at_start.program_name,
         which);
  return true;
}

/* What the functions of the C library on the way to the crash are about. */
#define ABOUT_TEXT "str* *printf *puts"
#define ABOUT_READING "*scanf"
#define ABOUT_MANY_BYTES "mem* bcopy fread* fwrite*"
#define ABOUT_FILES                                                                                 \
  "fget* fput* fread* fw* *fscanf *fprintf fclose feof* ferror* fseek* ftell* fflush* getc* putc* " \
  "getline *getdelim ungetc rewind setvbuf setbuf setlinebuf fileno clearerr pclose"
#define ABOUT_DIRECTORIES "readdir* rewinddir seekdir telldir dirfd"

/* The pointer is as good as NULL. What the program gave a function of the library comes first. */
static void guess_at_null(const struct crash *crash, enum access access, const char *itself) {
  bool searches = crash->code && arch_is_vector(crash->code); /* a text, or copies */
  bool scanned = access != ACCESS_READ && calls_passed(ABOUT_READING);
  bool number = !scanned && crash->info->si_addr && is_in_c_library(), text = calls_passed(ABOUT_TEXT);
  if (access != ACCESS_WRITE && !searches && is_one_of(calls_called(), ABOUT_FILES))
    report("a file that could not be opened, or ");
  if (calls_passed(ABOUT_DIRECTORIES)) report("a directory that could not be opened, or ");
  if (scanned) report("a variable without its &, or ");
  if (number && text) report("a number where a pointer belongs, or ");
  report("%s%s?", itself, number && !text ? ", or a number where a pointer belongs" : "");
}

static bool report_if_near_null(const struct crash *crash, enum access access) {
  uintptr_t address = (uintptr_t)crash->info->si_addr;
  uintptr_t past_null = is_in_c_library() && !calls_passed(ABOUT_MANY_BYTES) ? NEAR_NULL : FAR_FROM_NULL;
  const char *from = " past NULL", *guess = "a NULL pointer used as a struct or an array";
  if (address == 0) {
    guess = "a pointer that was never set, or a NULL result that was not checked";
  } else if (address == UINTPTR_MAX) {
    from = "-1", guess = "an error result that was not checked";
  } else if (-address < BEFORE_NULL) {
    from = " before NULL", guess = "a NULL pointer with a negative index";
  } else if (address >= past_null || near_address.at.end || address > near_address.above.start - address) {
    return false; /* something else is nearer */
  }
  report(address == 0 ? ", which is NULL: " : ", which is not mapped. That is ");
  if (*from == ' ' && address > 0) report_distance(address < FAR_FROM_NULL ? address : -address);
  if (address > 0) report("%s: ", from);
  guess_at_null(crash, access, guess);
  return true;
}

bool report_if_heap(void) {
  if (!calls_passed(HEAP_FUNCTIONS)) return false;
  if (calls_passed(FREE_FUNCTIONS))
    report(" free was given what malloc did not give, or what was given back already? If not,");
  report(
      " malloc's own data is damaged, which happened earlier: a write past the end of a block, or a "
      "double free? AddressSanitizer finds it.");
  return true;
}

/* What the library got in place of a pointer: up to four characters, or an int, below 4 GiB or negative. */
static bool report_if_number(uintptr_t address, enum access access) {
  bool scanned = access != ACCESS_READ && calls_passed(ABOUT_READING);
  if (!is_32_bits(address) || !is_in_c_library()) return false;
  if (report_if_text(address)) return true;
  report(scanned ? " A variable without its &?" : " A number where a pointer belongs?");
  return true;
}

static void bad_data_access(const struct crash *crash, enum access access) {
  const struct region *at = &near_address.at;
  uintptr_t address = (uintptr_t)crash->info->si_addr;
  bool guarded = at->end && !at->readable && !at->writable && !at->executable;
  if (!calls_passed(HEAP_FUNCTIONS) && report_if_near_null(crash, access)) return;
  if (guarded) {
    report(", in memory that may not be accessed, like a guard page.");
    if (!report_if_heap() && !report_if_near(&near_address, false)) report(" Memory that was given back?");
  } else if (!at->end) {
    report(", which is not mapped.");
    /* Text comes last, as all bytes of an address may happen to be printable, but hardly with an end. */
    bool ends = !is_32_bits(address) && memchr(&address, 0, sizeof address - 3);
    if (!report_if_cut(address, false) && !report_if_heap() &&
        !report_if_near(&near_address, calls_passed(ABOUT_MANY_BYTES)) &&
        !report_if_number(address, access) && !report_if_freed(address) && !report_if_below_zero(address) &&
        !(ends && report_if_text(address)) && !report_if_near(&near_address, true) &&
        !report_if_text(address))
      report(" A pointer that was never set, or memory that was given back?");
  } else if (access != ACCESS_READ && at->readable && !at->writable) {
    report_read_only(&near_address);
    report_if_heap();
  } else {
    report(", which is mapped, but the kernel refused the access.");
  }
}

/* In the child only: looks at code. */
static bool came_by_return(const struct crash *crash) {
  const struct region *stack = &near_stack_pointer.at;
  uintptr_t word = sizeof word, into = arch_sp(crash->context) - stack->start;
  bool both_there = stack->readable && into >= word && into <= stack->end - stack->start - word;
  return crash->code && both_there && arch_came_by_return(crash->context, maps_is_code);
}

/* Where the code came from is lost after a return, so that something else must tell the place. */
static void bad_jump(uintptr_t address, const struct crash *crash) {
  bool mapped = near_address.at.end, returned = came_by_return(crash);
  if (address == 0 && !returned) {
    report(": a call through a function pointer that is NULL?");
    return;
  }
  report(mapped ? ", which is not code but part of " : ", which is not mapped");
  if (mapped) report_region(&near_address.at);
  report(".");
  if (returned) {
    report(" It got there by returning from a function: something wrote past the end of a local array?");
    if (!mapped) report_if_text(address);
    report(" AddressSanitizer finds it.");
  } else if (mapped ||
             !(report_if_cut(address, true) || report_if_freed(address) || report_if_text(address))) {
    report(" A function pointer that was overwritten, or never set%s?",
           mapped ? "" : ", or a library that was unloaded");
  }
}

/* Before the report itself maps anything, as files that it reads. */
static void look(const struct crash *crash) {
  struct region *at = &near_address.at;
  maps_around((uintptr_t)crash->info->si_addr, &near_address);
  maps_around(arch_sp(crash->context), &near_stack_pointer);
  maps_around((uintptr_t)crash->on_stack, &near_own_stack);
  if (crash->info->si_code == SEGV_MAPERR) {
    memset(at, 0, sizeof *at); /* whatever is there by now */
  } else if (!at->end) {       /* without /proc, no more is known than that something is there */
    *at = (struct region){.end = UINTPTR_MAX, .readable = true, .writable = true};
  }
}

void explain_access(const struct crash *crash) {
  uintptr_t address = (uintptr_t)crash->info->si_addr;
  enum access access = arch_access(crash->info, crash->context);
  look(crash);
  if (report_if_stack_is_full(crash, access)) return;
  report_attempt(access, address);
  if (access == ACCESS_EXECUTE) {
    bad_jump(address, crash);
  } else {
    bad_data_access(crash, access);
  }
}
