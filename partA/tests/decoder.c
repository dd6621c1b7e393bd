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

static void one_byte_map(void) {
  for (unsigned opcode = 0; opcode < 256; opcode++) {
    unsigned char code[16] = {(unsigned char)opcode, 0x03}; /* [rbx] */
    if (map[opcode] == '.') continue;
    if (arch_address_registers(code) != expected(map[opcode])) fprintf(stderr, "opcode %x\n", opcode);
    CHECK(arch_address_registers(code) == expected(map[opcode]));
  }
}

static void absolute_addresses(void) {
  static const unsigned char prefixes[] = {0x90, 0x48, 0x66, 0x67, 0x64};
  for (unsigned i = 0; i < sizeof prefixes; i++) {
    for (unsigned opcode = 0xa0; opcode <= 0xa4; opcode++) {
      unsigned char code[16] = {prefixes[i], (unsigned char)opcode, 1, 2, 3, 4, 5, 6, 7, 8};
      uintptr_t address = 0;
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

static void absolute_addresses(void) {
  test_skip("is for x86-64");
}
#endif

static const struct test tests[] = {{"one_byte_map", one_byte_map, 10},
                                    {"absolute_addresses", absolute_addresses, 10}};

RUN_TESTS(tests)
