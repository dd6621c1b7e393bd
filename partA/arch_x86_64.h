/* Part of arch.h. On x86-64, an address whose upper 17 bits are not all equal
 * ("non-canonical") raises a general protection fault, for which the kernel
 * reports no address. This finds the pointer by reading as much of the
 * faulting instruction as says which registers form its address. */

static inline bool arch_is_wild(uintptr_t value) {
  uintptr_t upper = value >> 47;
  return upper != 0 && upper != 0x1ffff;
}

/* Does a byte that tells about operands follow the opcode? */
static inline bool arch_has_operand_byte(unsigned opcode) {
  if (opcode < 0x40) return (opcode & 4) == 0;
  if (opcode >= 0x80 && opcode <= 0x8f) return true;
  if (opcode >= 0xd8 && opcode <= 0xdf) return true;
  return memchr("\x63\x69\x6b\xc0\xc1\xc6\xc7\xd0\xd1\xd2\xd3\xf6\xf7\xfe\xff", (int)opcode, 15);
}

/* Skips what may stand before the opcode; rex becomes the prefix with the fourth bits of register numbers. */
static inline const unsigned char *arch_opcode(const unsigned char *code, unsigned *rex) {
  while (memchr("\x66\x67\xf2\xf3\x2e\x36\x3e\x26\x64\x65\xf0", *code, 11)) code++;
  *rex = (*code & 0xf0) == 0x40 ? *code++ : 0;
  return code;
}

/* After 0x0f come instructions for the kernel only and, in whole octets, those that work on vectors; so do
 * those that begin with a VEX or EVEX prefix. */
static inline bool arch_is_kernels(const unsigned char *opcode) {
  return *opcode == 0x0f && memchr("\x01\x06\x08\x09\x20\x21\x22\x23\x30\x32\x33\x34\x35", opcode[1], 13);
}

static inline bool arch_is_vector(const unsigned char *code) {
  unsigned rex;
  const unsigned char *opcode = arch_opcode(code, &rex);
  return *opcode == 0x0f ? 0xfc00fca4u >> opcode[1] / 8 & 1 : memchr("\xc4\xc5\x62", *opcode, 3) != NULL;
}

static const struct {
  int index; /* in gregs; in the order of the processor's numbers */
  char name[4];
} arch_registers[] = {{REG_RAX, "rax"}, {REG_RCX, "rcx"}, {REG_RDX, "rdx"}, {REG_RBX, "rbx"},
                      {REG_RSP, "rsp"}, {REG_RBP, "rbp"}, {REG_RSI, "rsi"}, {REG_RDI, "rdi"},
                      {REG_R8, "r8"},   {REG_R9, "r9"},   {REG_R10, "r10"}, {REG_R11, "r11"},
                      {REG_R12, "r12"}, {REG_R13, "r13"}, {REG_R14, "r14"}, {REG_R15, "r15"},
                      {REG_RIP, "rip"}};

static inline uintptr_t arch_value(const ucontext_t *context, unsigned number) {
  return GREG(context, arch_registers[number].index);
}

/* The name and value of a register, in some order; NULL behind the last. */
static inline const char *arch_register(const ucontext_t *context, unsigned i, uintptr_t *value) {
  if (i >= sizeof arch_registers / sizeof *arch_registers) return NULL;
  *value = arch_value(context, i);
  return arch_registers[i].name;
}

/* The registers, bit n for register n, by which instructions address memory that say it by their opcode. */
static inline unsigned arch_fixed_registers(unsigned opcode) {
  enum { RBX = 1 << 3, RSP = 1 << 4, RBP = 1 << 5, RSI = 1 << 6, RDI = 1 << 7, LEAVE = 0xc9, XLAT = 0xd7 };
  if ((opcode & 0xfc) == 0xa4 || (opcode >= 0xaa && opcode <= 0xaf)) return RSI | RDI; /* strings */
  if (opcode >> 4 == 5 || memchr("\x68\x6a\x9c\x9d\xc2\xc3\xc8\xca\xcb\xcf\xe8", (int)opcode, 11))
    return RSP; /* push, pop, enter, call, return */
  return opcode == LEAVE ? RBP : opcode == XLAT ? RBX : 0;
}

/* Which registers an instruction addresses memory with, and the address that they come to; 0 if the opcode
 * says which. */
static inline unsigned arch_address_registers(const ucontext_t *context, const unsigned char *code,
                                              uintptr_t *address) {
  const unsigned char *start = code;
  unsigned rex;
  code = arch_opcode(code, &rex);
  unsigned opcode = *code, extra_base = (rex & 1u) << 3, extra_index = (rex & 2u) << 2;
  *address = 0;
  if (opcode == 0xc5) { /* the VEX and EVEX prefixes of vector instructions */
    code += 3;
  } else if (opcode == 0xc4 || opcode == 0x62) {
    extra_base = (~code[1] & 0x20u) >> 2;
    extra_index = (~code[1] & 0x40u) >> 3;
    code += opcode == 0xc4 ? 4 : 5;
  } else if (opcode == 0x0f && !arch_is_kernels(code)) {
    code += code[1] == 0x38 || code[1] == 0x3a ? 3 : 2;
  } else if (arch_fixed_registers(opcode) || !arch_has_operand_byte(opcode)) {
    return arch_fixed_registers(opcode);
  } else {
    code++;
  }
  unsigned mode = *code >> 6, base = *code & 7u, registers = 0;
  if (mode == 3)
    return opcode == 0xff ? 1u << (base | extra_base) : 0; /* call or jump to a register's value */
  bool indexed = base == 4;
  if (indexed) { /* as another byte says */
    unsigned index = (*++code >> 3 & 7u) | extra_index;
    base = *code & 7u;
    if (index != 4) *address = arch_value(context, index) << (*code >> 6);
    if (index != 4) registers = 1u << index;
  }
  bool baseless = mode == 0 && base == 5;
  int32_t number = mode == 1 ? (int8_t)code[1] : 0;
  if (mode == 2 || baseless) memcpy(&number, code + 1, sizeof number);
  *address += (uintptr_t)(intptr_t)number;
  if (!baseless) *address += arch_value(context, base | extra_base);
  if (!baseless) registers |= 1u << (base | extra_base);
  if (baseless && !indexed) *address += arch_pc(context) + (uintptr_t)(code + 1 + sizeof number - start);
  return registers;
}

/* Loads and stores of rax whose address is the instruction's next eight bytes. */
static inline bool arch_absolute_address(const unsigned char *code, uintptr_t *address) {
  unsigned rex;
  code = arch_opcode(code, &rex);
  if ((*code & 0xfc) != 0xa0) return false;
  memcpy(address, code + 1, sizeof *address);
  return true;
}

/* Finds the non-canonical pointer behind a general protection fault. Returns in
 * words where the program holds it, or NULL if there is none to be found, as without the code. */
static inline const char *arch_wild_pointer(const ucontext_t *context, const unsigned char *code,
                                            uintptr_t *value) {
  static char holder[sizeof "register rax"];
  unsigned rex;
  uintptr_t address;
  *value = arch_pc(context);
  if (arch_is_wild(*value)) return "register rip";
  if (!code) return NULL;
  if (arch_absolute_address(code, value) && arch_is_wild(*value)) return "instruction itself";
  const unsigned char *opcode = arch_opcode(code, &rex);
  if ((*opcode & 0xfe) == 0xc2 && !arch_is_wild(arch_sp(context))) {
    *value = arch_word(arch_sp(context));
    return arch_is_wild(*value) ? "return address" : NULL;
  }
  if (opcode - code >= 15) return NULL; /* no instruction is that long */
  unsigned registers = arch_address_registers(context, code, &address);
  for (unsigned number = 0; number < 16; number++) {
    *value = arch_value(context, number);
    if (!(registers >> number & 1) || !arch_is_wild(*value)) continue;
    strcpy(stpcpy(holder, "register "), arch_registers[number].name);
    return holder;
  }
  *value = address;
  if (arch_is_wild(address)) return "sum of a pointer and an index";
  bool calls = *opcode == 0xff && opcode[1] < 0xc0 && memchr("\x10\x20", opcode[1] & 0x38, 2);
  if (calls) *value = arch_word(address);
  return calls && arch_is_wild(*value) ? "function pointer that was called" : NULL;
}
