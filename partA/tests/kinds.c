/* Every kind of crash gets its own words, names its line and ends with the
 * usual status. Run from the top directory; animals are in zoo_kinds.c and
 * zoo_places.c. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../partB/harness/runner.h"
#include "observe.h"

/* Which part of the report depends on the processor. */
#if defined(__x86_64__) || defined(__i386__)
enum { X86 = 1 };
#define READ "read from"
#define WRITE "write to"
#else
enum { X86 = 0 };
#define READ "(read from|access)"
#define WRITE "(write to|access)"
#endif

#define TRIED(verb, address) "What happened: zoo tried to " verb " address " address
#define HEX "0x[0-9a-f]+"
#define NULL_HINT ", which is NULL: a pointer that was never set, or a NULL result that was not checked\\?\n"
#define TOO_FAR ": an index or a loop that goes too far(, or memory that was given back)?\\?\n"
#define JUMP_HINT " A function pointer that was overwritten, or never set\\?\n"
#define UNLOADED_HINT \
  " A function pointer that was overwritten, or never set, or a library that was unloaded\\?\n"
#define STRAY_HINT ", which is not mapped. A pointer that was never set, or memory that was given back\\?\n"
#define OVERFLOW ": recursion that never ends, or a very large local array\\?\n"
#define TEXT(text) \
  "The pointer holds the text \"" text "\": something wrote past the end of a string or array\\?\n"

#if defined(__x86_64__)
#define WILD_TEXT                                                                                       \
  "zoo used a pointer that cannot be an address: 0x4141414141414141, in the register [a-z0-9]+. " TEXT( \
      "AAAAAAAA")
#define WILD_NUMBER                                                                                         \
  "zoo used a pointer that cannot be an address: 0xdeadbeefdeadbeef, in the register [a-z0-9]+. A pointer " \
  "that was overwritten"
#define WILD_RETURN \
  "zoo used a pointer that cannot be an address: 0x4141414141414141, in the return address. " TEXT("A+")
#else
#define WILD_TEXT TRIED(WRITE, "0x(41)+, which is not mapped")
#define WILD_NUMBER TRIED(WRITE, "0x[0-9a-f]*deadbeef, which is not mapped")
#define WILD_RETURN TRIED("run code at", "0x(41)+(40)?, which is not mapped")
#endif

static void expect(const char *animal, int status, const char *what, const char *function) {
  char where[256];
  setenv("LETSBEFRIENDS_OPTIONS", "signals=segv+bus+fpe+ill+abrt", 1);
  const struct outcome *outcome = observe(ZOO, animal, STDERR_READ);
  const char *report = report_of(outcome);
  int line = announced_line(outcome);
  CHECK(outcome->status == status);
  CHECK(outcome->by_signal == (status == 128 + SIGABRT));
  CHECK(begins_kindly(report));
  CHECK_MATCH(report, what);
  CHECK(occurrences(report, "\n") <= 4);
  if (!function) return;
  if (strncmp(function, "in ", 3) == 0 && !ON_GLIBC) {
    snprintf(where, sizeof where, "Where: .*\\+0x[0-9a-f]+\\)?; it is not known who called it.\n");
  } else if (!have_addr2line()) {
    snprintf(where, sizeof where,
             "Where: .*zoo\\+0x[0-9a-f]+\\)?; this tells the line: addr2line -Cfie '/.*/zoo' 0x[0-9a-f]+\n");
  } else if (line) {
    snprintf(where, sizeof where,
             "Where: %s at partA/tests/zoo_[a-z]+.c:%d  \\(zoo\\+0x[0-9a-f]+\\)\n *%d \\|   CRASH", function,
             line, line);
  } else {
    snprintf(where, sizeof where, "Where: %s at partA/tests/zoo_[a-z]+.c:[0-9]+  \\(zoo\\+0x[0-9a-f]+\\)\n",
             function);
  }
  CHECK_MATCH(report, where);
}

/* Each is a test and an animal of that name. */
static const struct kind {
  const char *name;
  enum { ANYWHERE, X86_ONLY, GLIBC_ONLY, NOT_EMULATED } where;
  int status;
  const char *what;     /* happened */
  const char *function; /* that is named */
} kinds[] = {
    {"null_read", ANYWHERE, 139, TRIED(READ, "0x0" NULL_HINT), "null_read"},
    {"null_write", ANYWHERE, 139, TRIED(WRITE, "0x0" NULL_HINT), "null_write"},
    {"null_struct", ANYWHERE, 139,
     TRIED(WRITE, "0xc8, which is not mapped. That is 200 bytes past NULL: a NULL p"), "null_struct"},
    {"null_negative", ANYWHERE, 139,
     TRIED(WRITE, "0xf+8, which is not mapped. That is 8 bytes before NULL: a NULL"), "null_negative"},
    {"null_call", ANYWHERE, 139,
     TRIED("run code at", "0x0: a call through a function pointer that is NULL\\?\n"), "null_call"},
    {"minus_one", ANYWHERE, 139, TRIED(WRITE, "0xf+, which is not mapped. That is -1: an error result"),
     "minus_one"},
    {"jump_to_data", ANYWHERE, 139,
     TRIED("run code at", HEX ", which is not code but part of [^.]*." JUMP_HINT), "jump_to_data"},
    {"jump_to_nowhere", ANYWHERE, 139, TRIED("run code at", "0x12345000, which is not mapped." UNLOADED_HINT),
     "jump_to_nowhere"},
    {"jump_with_remains", ANYWHERE, 139,
     TRIED("run code at", HEX ", which is not code but part of [^.]*." JUMP_HINT), "jump_with_remains"},
    {"smashed_return", ANYWHERE, 139,
     TRIED("run code at",
           "0x12345000, which is not mapped. It got there by returning from a function: "
           "something wrote past the end of a local array\\? AddressSanitizer finds it.\n"),
     NULL},
    {"smashed_return_text", ANYWHERE, 139, WILD_RETURN, NULL},
    {"write_constant", ANYWHERE, 139,
     TRIED(WRITE, HEX
           ", which is read-only. It is part of the constants (and the code )?of zoo: a string literal or a "
           "const\\?\n"),
     "write_constant"},
    {"write_code", ANYWHERE, 139,
     TRIED(WRITE, HEX ", which is read-only. It is part of the (code of zoo: a function used as if "
                      "it|constants and the code of zoo)"),
     "write_code"},
    {"write_protected", ANYWHERE, 139,
     TRIED(WRITE, HEX ", which is read-only. It is part of a block of memory: made read-only by mprotect"),
     "write_protected"},
    {"write_mapped_file", ANYWHERE, 139,
     TRIED(WRITE, HEX ", which is read-only. It is part of the mapped file messages: mapped for reading "),
     "write_mapped_file"},
    {"stack_recursion", ANYWHERE, 139, "zoo used up the stack of its main thread" OVERFLOW, "recurse"},
    {"stack_array", ANYWHERE, 139, "zoo used up the stack of its main thread" OVERFLOW, "use_large_array"},
    {"stack_thread", ANYWHERE, 139, "zoo used up the stack of one of its threads" OVERFLOW, "recurse"},
    {"stack_c11_thread", ANYWHERE, 139, "zoo used up the stack of one of its threads" OVERFLOW, "recurse"},
    {"stack_thread_without_descriptors", ANYWHERE, 139,
     "zoo used up the stack of one of its threads" OVERFLOW, "recurse"},
    {"stack_at_thread_end", ANYWHERE, 139, "zoo used up the stack of one of its threads" OVERFLOW, "recurse"},
    {"before_small_stack", ANYWHERE, 139, TRIED(WRITE, HEX ", in memory that may not be accessed"),
     "write_before_array"},
    {"past_variables", ANYWHERE, 139,
     TRIED(WRITE,
           HEX ", which is not mapped. That is just past the end of (the variables of zoo|the heap)" TOO_FAR),
     "past_variables"},
    {"past_block", ANYWHERE, 139,
     TRIED(WRITE, HEX ", which is not mapped. That is 12 bytes past the end of a block of memory" TOO_FAR),
     "past_block"},
    {"before_block", ANYWHERE, 139,
     TRIED(WRITE, HEX ", which is not mapped. That is 8 bytes before the start of a block of memory" TOO_FAR),
     "before_block"},
    {"past_block_guarded", ANYWHERE, 139,
     TRIED(WRITE, HEX ", in memory that may not be accessed, like a guard page. That is 12 bytes past "
                      "the end of a block of memory" TOO_FAR),
     "past_block_guarded"},
    {"past_shared_block", ANYWHERE, 139,
     TRIED(WRITE, HEX ", which is not mapped. That is just past the end of a block of memory" TOO_FAR),
     "past_shared_block"},
    {"no_access", ANYWHERE, 139,
     TRIED(WRITE, HEX ", in memory that may not be accessed, like a guard page. Memory "), "no_access"},
    {"past_file", ANYWHERE, 139,
     TRIED(READ,
           HEX ", which is not mapped. That is 1 byte past the end of the mapped file sparse.*" TOO_FAR),
     "past_file"},
    {"unmapped", ANYWHERE, 139, TRIED(WRITE, "0x12345678" STRAY_HINT), "unmapped"},
    {"text_pointer", ANYWHERE, 139, TRIED(WRITE, "0x44434241, which is not mapped. " TEXT("ABCD")),
     "text_pointer"},
    {"raised", ANYWHERE, 139,
     "What happened: zoo sent itself SIGSEGV, by raise or kill: did a handler of its own p",
     "in (raise|libc.so.6|libc.so|ld-musl.*), called from raised"},
    {"raised_without_descriptors", ANYWHERE, 139,
     "What happened: zoo sent itself SIGSEGV, by raise or kill: did a h",
     "in (raise|libc.so.6|libc.so|ld-musl.*), called from raised_without_descriptors"},
    {"killed", ANYWHERE, 139, "What happened: process [0-9]+ sent SIGSEGV to zoo; no memory access failed.\n",
     NULL},
    {"by_timer", ANYWHERE, 139,
     "What happened: a timer or the kernel sent SIGSEGV to zoo; no memory access f", NULL},
    {"bus_file", ANYWHERE, 135,
     TRIED(READ, HEX ", where .* is mapped, but the file does not reach that far: was it cut short\\?\n"),
     "bus_file"},
    {"aborted", ANYWHERE, 134, "What happened: zoo called abort. The reason may stand above.",
     "in (abort|libc.*), called from aborted"},
    {"privileged", X86_ONLY, 139,
     "zoo ran an instruction that the processor refused, at 0x[0-9a-f]+: one for the k", "privileged"},
    {"divided", X86_ONLY, 136, "What happened: zoo divided an integer by zero, or the smallest one by -1.\n",
     "divided"},
    {"trapped", X86_ONLY, 132, "What happened: zoo came to an instruction that the processor does not accept",
     "trapped"},
    /* musl's malloc has no one heap. */
    {"past_heap", GLIBC_ONLY, 139,
     TRIED(WRITE, HEX ", (which is not mapped|in memory that may not be accessed, like a guard page). "
                      "That is just past the end of (the heap|a block "
                      "of memory)" TOO_FAR),
     "past_heap"},
    /* qemu claims that addresses it does not tell were 0, and takes faults that are sent for its own. */
    {"wild_text", NOT_EMULATED, 139, WILD_TEXT, "wild_text"},
    {"wild_number", NOT_EMULATED, 139, WILD_NUMBER, "wild_number"},
    {"protection", NOT_EMULATED, 139,
     "What happened: zoo returned or jumped to where it must not: something wrote p", NULL},
#ifdef __x86_64__
    {"stack_pointer_lost", ANYWHERE, 135,
     "zoo used a pointer that cannot be an address: 0xdeadbeefdeadbeef, in the register rsp.", NULL},
    {"only_aligned", ANYWHERE, 139, TRIED(WRITE, "0x0" NULL_HINT), "only_aligned"},
#endif
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void check_kind(void) {
  const struct kind *kind = kinds;
  while (strcmp(kind->name, test_name()) != 0) kind++;
  if (kind->where == X86_ONLY && !X86) test_skip("needs a processor of the x86 family");
  if (kind->where == GLIBC_ONLY && !ON_GLIBC) test_skip("is different with this C library");
  if (kind->where == NOT_EMULATED && emulated()) test_skip("qemu does not know such faults");
  expect(kind->name, kind->status, kind->what, kind->function);
}

int main(void) {
  struct test tests[KINDS];
  for (size_t i = 0; i < KINDS; i++) tests[i] = (struct test){kinds[i].name, check_kind, 10};
  return run_tests(tests, KINDS);
}
