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

/* name (a test and an animal), status, what happened, the function that is named */
#define KINDS(KIND)                                                                                          \
  KIND(null_read, 139, TRIED(READ, "0x0" NULL_HINT), "null_read")                                            \
  KIND(null_write, 139, TRIED(WRITE, "0x0" NULL_HINT), "null_write")                                         \
  KIND(null_struct, 139, TRIED(WRITE, "0xc8, which is not mapped. That is 200 bytes past NULL: a NULL p"),   \
       "null_struct")                                                                                        \
  KIND(null_negative, 139, TRIED(WRITE, "0xf+8, which is not mapped. That is 8 bytes before NULL: a NULL"),  \
       "null_negative")                                                                                      \
  KIND(null_call, 139, TRIED("run code at", "0x0: a call through a function pointer that is NULL\\?\n"),     \
       "null_call")                                                                                          \
  KIND(minus_one, 139, TRIED(WRITE, "0xf+, which is not mapped. That is -1: an error result"), "minus_one")  \
  KIND(jump_to_data, 139, TRIED("run code at", HEX ", which is not code but part of [^.]*." JUMP_HINT),      \
       "jump_to_data")                                                                                       \
  KIND(jump_to_nowhere, 139, TRIED("run code at", "0x12345000, which is not mapped." UNLOADED_HINT),         \
       "jump_to_nowhere")                                                                                    \
  KIND(jump_with_remains, 139, TRIED("run code at", HEX ", which is not code but part of [^.]*." JUMP_HINT), \
       "jump_with_remains")                                                                                  \
  KIND(smashed_return, 139,                                                                                  \
       TRIED("run code at",                                                                                  \
             "0x12345000, which is not mapped. It got there by returning from a function: "                  \
             "something wrote past the end of a local array\\? AddressSanitizer finds it.\n"),               \
       NULL)                                                                                                 \
  KIND(smashed_return_text, 139, WILD_RETURN, NULL)                                                          \
  KIND(                                                                                                      \
      write_constant, 139,                                                                                   \
      TRIED(                                                                                                 \
          WRITE, HEX                                                                                         \
          ", which is read-only. It is part of the constants (and the code )?of zoo: a string literal or a " \
          "const\\?\n"),                                                                                     \
      "write_constant")                                                                                      \
  KIND(write_code, 139,                                                                                      \
       TRIED(WRITE, HEX ", which is read-only. It is part of the (code of zoo: a function used as if "       \
                        "it|constants and the code of zoo)"),                                                \
       "write_code")                                                                                         \
  KIND(                                                                                                      \
      write_protected, 139,                                                                                  \
      TRIED(WRITE, HEX ", which is read-only. It is part of a block of memory: made read-only by mprotect"), \
      "write_protected")                                                                                     \
  KIND(                                                                                                      \
      write_mapped_file, 139,                                                                                \
      TRIED(WRITE, HEX ", which is read-only. It is part of the mapped file messages: mapped for reading "), \
      "write_mapped_file")                                                                                   \
  KIND(stack_recursion, 139, "zoo used up the stack of its main thread" OVERFLOW, "recurse")                 \
  KIND(stack_array, 139, "zoo used up the stack of its main thread" OVERFLOW, "use_large_array")             \
  KIND(stack_thread, 139, "zoo used up the stack of one of its threads" OVERFLOW, "recurse")                 \
  KIND(stack_c11_thread, 139, "zoo used up the stack of one of its threads" OVERFLOW, "recurse")             \
  KIND(stack_thread_without_descriptors, 139, "zoo used up the stack of one of its threads" OVERFLOW,        \
       "recurse")                                                                                            \
  KIND(stack_at_thread_end, 139, "zoo used up the stack of one of its threads" OVERFLOW, "recurse")          \
  KIND(before_small_stack, 139, TRIED(WRITE, HEX ", in memory that may not be accessed"),                    \
       "write_before_array")                                                                                 \
  KIND(past_variables, 139,                                                                                  \
       TRIED(WRITE, HEX                                                                                      \
             ", which is not mapped. That is just past the end of (the variables of zoo|the heap)" TOO_FAR), \
       "past_variables")                                                                                     \
  KIND(                                                                                                      \
      past_block, 139,                                                                                       \
      TRIED(WRITE, HEX ", which is not mapped. That is 12 bytes past the end of a block of memory" TOO_FAR), \
      "past_block")                                                                                          \
  KIND(before_block, 139,                                                                                    \
       TRIED(WRITE,                                                                                          \
             HEX ", which is not mapped. That is 8 bytes before the start of a block of memory" TOO_FAR),    \
       "before_block")                                                                                       \
  KIND(past_block_guarded, 139,                                                                              \
       TRIED(WRITE, HEX ", in memory that may not be accessed, like a guard page. That is 12 bytes past "    \
                        "the end of a block of memory" TOO_FAR),                                             \
       "past_block_guarded")                                                                                 \
  KIND(past_shared_block, 139,                                                                               \
       TRIED(WRITE, HEX ", which is not mapped. That is just past the end of a block of memory" TOO_FAR),    \
       "past_shared_block")                                                                                  \
  KIND(no_access, 139, TRIED(WRITE, HEX ", in memory that may not be accessed, like a guard page. Memory "), \
       "no_access")                                                                                          \
  KIND(past_file, 139,                                                                                       \
       TRIED(READ,                                                                                           \
             HEX ", which is not mapped. That is 1 byte past the end of the mapped file sparse.*" TOO_FAR),  \
       "past_file")                                                                                          \
  KIND(unmapped, 139, TRIED(WRITE, "0x12345678" STRAY_HINT), "unmapped")                                     \
  KIND(text_pointer, 139, TRIED(WRITE, "0x44434241, which is not mapped. " TEXT("ABCD")), "text_pointer")    \
  KIND(raised, 139, "What happened: zoo sent itself SIGSEGV, by raise or kill: did a handler of its own p",  \
       "in (raise|libc.so.6|libc.so|ld-musl.*), called from raised")                                         \
  KIND(raised_without_descriptors, 139, "What happened: zoo sent itself SIGSEGV, by raise or kill: did a h", \
       "in (raise|libc.so.6|libc.so|ld-musl.*), called from raised_without_descriptors")                     \
  KIND(killed, 139, "What happened: process [0-9]+ sent SIGSEGV to zoo; no memory access failed.\n", NULL)   \
  KIND(by_timer, 139, "What happened: a timer or the kernel sent SIGSEGV to zoo; no memory access f", NULL)  \
  KIND(bus_file, 135,                                                                                        \
       TRIED(READ, HEX ", where .* is mapped, but the file does not reach that far: was it cut short\\?\n"), \
       "bus_file")                                                                                           \
  KIND(aborted, 134, "What happened: zoo called abort. The reason may stand above.",                         \
       "in (abort|libc.*), called from aborted")

#define X86_KINDS(KIND)                                                                                     \
  KIND(privileged, 139, "zoo ran an instruction that the processor refused, at 0x[0-9a-f]+: one for the k", \
       "privileged")                                                                                        \
  KIND(divided, 136, "What happened: zoo divided an integer by zero, or the smallest one by -1.\n",         \
       "divided")                                                                                           \
  KIND(trapped, 132, "What happened: zoo came to an instruction that the processor does not accept",        \
       "trapped")

/* musl's malloc has no one heap. */
#define GLIBC_KINDS(KIND)                                                                                 \
  KIND(past_heap, 139,                                                                                    \
       TRIED(WRITE, HEX ", (which is not mapped|in memory that may not be accessed, like a guard page). " \
                        "That is just past the end of (the heap|a block "                                 \
                        "of memory)" TOO_FAR),                                                            \
       "past_heap")

/* qemu claims that addresses it does not tell were 0, and takes faults that are sent for its own. */
#define WILD_KINDS(KIND)                             \
  KIND(wild_text, 139, WILD_TEXT, "wild_text")       \
  KIND(wild_number, 139, WILD_NUMBER, "wild_number") \
  KIND(protection, 139, "What happened: zoo returned or jumped to where it must not: something wrote p", NULL)

#ifdef __x86_64__
#define X86_64_KINDS(KIND)                                                                             \
  KIND(stack_pointer_lost, 135,                                                                        \
       "zoo used a pointer that cannot be an address: 0xdeadbeefdeadbeef, in the register rsp.", NULL) \
  KIND(only_aligned, 139, TRIED(WRITE, "0x0" NULL_HINT), "only_aligned")
#else
#define X86_64_KINDS(KIND)
#endif

#define DEFINE(name, status, what, function) \
  static void name(void) {                   \
    expect(#name, status, what, function);   \
  }
#define DEFINE_X86(name, status, what, function)                \
  static void name(void) {                                      \
    if (!X86) test_skip("needs a processor of the x86 family"); \
    expect(#name, status, what, function);                      \
  }
#define DEFINE_GLIBC(name, status, what, function)                \
  static void name(void) {                                        \
    if (!ON_GLIBC) test_skip("is different with this C library"); \
    expect(#name, status, what, function);                        \
  }
#define DEFINE_WILD(name, status, what, function)                \
  static void name(void) {                                       \
    if (emulated()) test_skip("qemu does not know such faults"); \
    expect(#name, status, what, function);                       \
  }
#define LIST(name, status, what, function) {#name, name, 10},

KINDS(DEFINE)
X86_KINDS(DEFINE_X86)
GLIBC_KINDS(DEFINE_GLIBC)
WILD_KINDS(DEFINE_WILD)
X86_64_KINDS(DEFINE)

static const struct test tests[] = {KINDS(LIST) X86_KINDS(LIST) GLIBC_KINDS(LIST) WILD_KINDS(LIST)
                                        X86_64_KINDS(LIST)};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
