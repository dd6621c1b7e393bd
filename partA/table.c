/* The symbol table of a file, which anybody may have written: each piece is read into memory of ours, from
 * where the piece before says that it is, or not at all if the file has no such place. */
#include <link.h>

#include "internal.h"

static bool read_at(int file, uint64_t offset, void *to, size_t size) {
  return pread(file, to, size, (off_t)offset) == (ssize_t)size;
}

/* A name ends within its table; of a long one, the beginning is enough. */
static bool read_name(int file, const ElfW(Shdr) * strings, size_t at, char *name, size_t size) {
  size_t left = at < strings->sh_size ? strings->sh_size - at : 0, length = left < size ? left : size;
  if (!read_at(file, strings->sh_offset + at, name, length)) return false;
  return length == size || memchr(name, 0, length);
}

void table_find(int file, uintptr_t offset, char *name, size_t size) {
  enum { AT_ONCE = 256 };
  static ElfW(Sym) symbols[AT_ONCE];
  static char found[PATH_BYTES + 1];
  ElfW(Ehdr) header;
  ElfW(Shdr) section, table = {0}, strings;
  if (!read_at(file, 0, &header, sizeof header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return;
  for (unsigned i = 0; i < header.e_shnum && table.sh_type != SHT_SYMTAB; i++) {
    if (!read_at(file, header.e_shoff + i * sizeof section, &section, sizeof section)) return;
    if (section.sh_type == SHT_SYMTAB || section.sh_type == SHT_DYNSYM) table = section;
  }
  if (table.sh_link >= header.e_shnum) return;
  if (!read_at(file, header.e_shoff + table.sh_link * sizeof strings, &strings, sizeof strings)) return;
  size_t count = table.sh_size / sizeof *symbols;
  for (size_t first = 0; first < count; first += AT_ONCE) {
    size_t some = count - first < AT_ONCE ? count - first : AT_ONCE;
    if (!read_at(file, table.sh_offset + first * sizeof *symbols, symbols, some * sizeof *symbols)) return;
    for (size_t i = 0; i < some; i++) {
      bool function = (symbols[i].st_info & 15) == STT_FUNC;
      if (!function || offset - symbols[i].st_value >= symbols[i].st_size) continue;
      if (!read_name(file, &strings, symbols[i].st_name, found, sizeof found - 1)) continue;
      if (!name[0] || found[0] != '_') copy_text(name, size, found);
      if (found[0] != '_') return; /* else people may know it by another */
    }
  }
}
