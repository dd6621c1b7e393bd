/* The decoder of x86-64 instructions, against the processor's whole one-byte map. */
#include "../arch.h"

#include <stdio.h>

#include "../../partB/harness/runner.h"

#ifdef __x86_64__
/* One letter for each opcode, sixteen a row: what it addresses memory with. m: as the next
 * byte says; s: rsp; b: rbp; x: rsi and rdi; r: rbx; -: nothing; a dot: a prefix, or invalid. */
static const char map[] =
    "mmmm----mmmm---."
    "mmmm----mmmm----"
    "mmmm--.-mmmm--.-"
    "mmmm--.-mmmm--.-"
    "................"
    "ssssssssssssssss"
    "...m....smsm----"
    "----------------"
    "mmmmmmmmmmmmmmmm"
    "----------.-ss--"
    "----xxxx--xxxxxx"
    "----------------"
    "mmss..mmsbss---s"
    "mmmm...rmmmmmmmm"
    "--------s-------"
    ".-..--mm------mm";

static unsigned expected(char letter) {
  enum { RBX = 1 << 3, RSP = 1 << 4, RBP = 1 << 5, RSI_RDI = 3 << 6 };
  return letter == 'm' || letter == 'r' ? RBX
         : letter == 's'                ? RSP
         : letter == 'b'                ? RBP
         : letter == 'x'                ? RSI_RDI
                                        : 0;
}

static ucontext_t context;
static uintptr_t address;

static void one_byte_map(void) {
  for (unsigned opcode = 0; opcode < 256; opcode++) {
    unsigned char code[16] = {(unsigned char)opcode, 0x03}; /* [rbx] */
    if (map[opcode] == '.') continue;
    unsigned registers = arch_address_registers(&context, code, &address);
    if (registers != expected(map[opcode])) fprintf(stderr, "opcode %x\n", opcode);
    CHECK(registers == expected(map[opcode]));
  }
}

/* Registers hold 1 << 32 and their number, so that sums tell which were added. */
static void sums(void) {
  static const struct {
    unsigned char code[12];
    uintptr_t address, ones;
  } known[] = {
      {{0x8b, 0x03}, 3, 1},                                     /* (%rbx) */
      {{0x8b, 0x43, 0x10}, 3 + 16, 1},                          /* 16(%rbx) */
      {{0x8b, 0x43, 0xf0}, 3 - 16, 1},                          /* -16(%rbx) */
      {{0x8b, 0x83, 0, 1, 0, 0}, 3 + 256, 1},                   /* 256(%rbx) */
      {{0x49, 0x8b, 0x85, 0, 0xff, 0xff, 0xff}, 13 - 256, 1},   /* -256(%r13) */
      {{0x4c, 0x8b, 0x04, 0xd6}, 6 + 8 * 2, 1 + 8},             /* (%rsi,%rdx,8) */
      {{0x4b, 0x8b, 0x44, 0xa5, 4}, 13 + 4 * 12 + 4, 1 + 4},    /* 4(%r13,%r12,4) */
      {{0x8b, 0x04, 0x24}, 4, 1},                               /* (%rsp) */
      {{0x8b, 0x04, 0x9d, 5, 0, 0, 0}, 4 * 3 + 5, 4},           /* 5(,%rbx,4) */
      {{0x8b, 0x05, 9, 0, 0, 0}, 16 + 6 + 9, 1},                /* 9(%rip) */
      {{0xff, 0x15, 0xfe, 0xff, 0xff, 0xff}, 16 + 6 - 2, 1},    /* call *-2(%rip) */
      {{0xf2, 0x0f, 0x58, 0x44, 0xc5, 0}, 5 + 8 * 0, 1 + 8},    /* addsd 0(%rbp,%rax,8) */
      {{0xc4, 0xa1, 0x7b, 0x58, 0x04, 0xcf}, 7 + 8 * 9, 1 + 8}, /* vaddsd (%rdi,%r9,8) */
  };
  for (unsigned i = 0; i < sizeof arch_registers / sizeof *arch_registers; i++)
    context.uc_mcontext.gregs[arch_registers[i].index] = (greg_t)((1ull << 32) + i);
  for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
    arch_address_registers(&context, known[i].code, &address);
    if (address != (known[i].ones << 32) + known[i].address) fprintf(stderr, "code %u: %lx\n", i, address);
    CHECK(address == (known[i].ones << 32) + known[i].address);
  }
}

static void absolute_addresses(void) {
  static const unsigned char prefixes[] = {0x90, 0x48, 0x66, 0x67, 0x64};
  for (unsigned i = 0; i < sizeof prefixes; i++) {
    for (unsigned opcode = 0xa0; opcode <= 0xa4; opcode++) {
      unsigned char code[16] = {prefixes[i], (unsigned char)opcode, 1, 2, 3, 4, 5, 6, 7, 8};
      address = 0;
      bool found = arch_absolute_address(code + (i == 0), &address);
      CHECK(found == (opcode <= 0xa3));
      CHECK(!found || address == 0x0807060504030201);
    }
  }
}
#else
static void one_byte_map(void) {
  test_skip("is for x86-64");
}

static void sums(void) {
  test_skip("is for x86-64");
}

static void absolute_addresses(void) {
  test_skip("is for x86-64");
}
#endif

static const struct test tests[] = {
    {"one_byte_map", one_byte_map, 10}, {"sums", sums, 10}, {"absolute_addresses", absolute_addresses, 10}};

RUN_TESTS(tests)
