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

/* Which registers an instruction addresses memory with: bit n for register n. */
static inline unsigned arch_address_registers(const unsigned char *code) {
  enum { RSP = 1 << 4, RBP = 1 << 5, RSI = 1 << 6, RDI = 1 << 7, LEAVE = 0xc9 };
  unsigned extra_base = 0, extra_index = 0;
  while (*code && memchr("\x66\x67\xf2\xf3\x2e\x36\x3e\x26\x64\x65\xf0", *code, 11)) code++;
  if ((*code & 0xf0) == 0x40) { /* REX: the fourth bit of the register numbers */
    extra_base = (*code & 1u) << 3;
    extra_index = (*code & 2u) << 2;
    code++;
  }
  unsigned opcode = *code;
  if (opcode == 0xc5) { /* the VEX and EVEX prefixes of vector instructions */
    code += 3;
  } else if (opcode == 0xc4 || opcode == 0x62) {
    extra_base = (~code[1] & 0x20u) >> 2;
    extra_index = (~code[1] & 0x40u) >> 3;
    code += opcode == 0xc4 ? 4 : 5;
  } else if (opcode == 0x0f && memchr("\x06\x08\x09\x30\x32\x33\x34\x35", code[1], 8)) {
    return 0; /* for the kernel only */
  } else if (opcode == 0x0f) {
    code += code[1] == 0x38 || code[1] == 0x3a ? 3 : 2;
  } else if ((opcode & 0xfc) == 0xa4 || (opcode >= 0xaa && opcode <= 0xaf)) {
    return RSI | RDI; /* string instructions */
  } else if (opcode >> 4 == 5 || memchr("\x68\x6a\x9c\x9d\xc3\xe8", (int)opcode, 6)) {
    return RSP; /* push, pop, call, return */
  } else if (opcode == LEAVE) {
    return RBP;
  } else if (!arch_has_operand_byte(opcode)) {
    return 0;
  } else {
    code++;
  }
  unsigned mode = *code >> 6, base = *code & 7u;
  if (mode == 3)
    return opcode == 0xff ? 1u << (base | extra_base) : 0; /* call or jump to a register's value */
  if (base != 4) return mode == 0 && base == 5 ? 0 : 1u << (base | extra_base);
  unsigned index = (code[1] >> 3 & 7u) | extra_index;
  base = code[1] & 7u;
  return (mode == 0 && base == 5 ? 0 : 1u << (base | extra_base)) | (index == 4 ? 0 : 1u << index);
}

/* Finds the non-canonical pointer behind a general protection fault. Returns in
 * words where the program holds it, or NULL if there is none to be found. */
static inline const char *arch_wild_pointer(const ucontext_t *context, uintptr_t *value) {
  static const struct {
    int index; /* in gregs */
    char name[16];
  } numbered[16] = {{REG_RAX, "register rax"}, {REG_RCX, "register rcx"}, {REG_RDX, "register rdx"},
                    {REG_RBX, "register rbx"}, {REG_RSP, "register rsp"}, {REG_RBP, "register rbp"},
                    {REG_RSI, "register rsi"}, {REG_RDI, "register rdi"}, {REG_R8, "register r8"},
                    {REG_R9, "register r9"},   {REG_R10, "register r10"}, {REG_R11, "register r11"},
                    {REG_R12, "register r12"}, {REG_R13, "register r13"}, {REG_R14, "register r14"},
                    {REG_R15, "register r15"}};
  const unsigned char *code = (const unsigned char *)arch_pc(context);
  *value = arch_pc(context);
  if (arch_is_wild(*value)) return "register rip";
  if (*code == 0xf3) code++; /* "rep ret" */
  if (*code == 0xc3 && !arch_is_wild(arch_sp(context))) {
    memcpy(value, (void *)arch_sp(context), sizeof *value);
    return arch_is_wild(*value) ? "return address" : NULL;
  }
  unsigned registers = arch_address_registers((const unsigned char *)arch_pc(context));
  for (unsigned number = 0; number < 16; number++) {
    *value = GREG(context, numbered[number].index);
    if (registers >> number & 1 && arch_is_wild(*value)) return numbered[number].name;
  }
  return NULL;
}
