/* Which file the code at an address comes from, and what it calls the functions
 * that it imports. No loader function is called: another thread may have held
 * the loader's lock. */
#include <link.h>

#include "internal.h"

/* The program itself is known from its start: its segment with all of these flags that holds the
 * address, or any address if that is 0. (What tells the bias comes before what is loaded.) */
static bool find_in_program(uintptr_t address, unsigned flags, struct image *image) {
  const ElfW(Phdr) *segment = at_start.program_headers;
  *image = (struct image){.segments = segment, .segment_count = at_start.program_header_count, .own = true};
  strcpy(image->path, at_start.program_path);
  for (unsigned i = 0; i < image->segment_count; i++, segment++) {
    if (segment->p_type == PT_PHDR) image->bias = (uintptr_t)image->segments - segment->p_vaddr;
    if (segment->p_type != PT_LOAD || (segment->p_flags & flags) != flags) continue;
    image->start = image->bias + segment->p_vaddr;
    image->end = image->start + segment->p_memsz;
    image->base = image->start - segment->p_offset;
    if (address == 0 || (address >= image->start && address < image->end)) return true;
  }
  memset(image, 0, sizeof *image);
  return false;
}

bool image_variables(uintptr_t *start, uintptr_t *end) {
  static struct image program;
  bool found = find_in_program(0, PF_W, &program);
  *start = program.start;
  *end = program.end;
  return found;
}

/* The start of this library, from the linker. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

/* Libraries of the system are where systems keep them, or are known by their names; the program itself
 * may be there, too. */
static bool is_own(const struct image *image) {
  static const char names[] = "libc.* libc-* ld-* ld.* libstdc++.* libgcc_s* libm.* libm-* libpthread*";
  if (image->segments == at_start.program_headers) return true;
  if (image->base == (uintptr_t)__ehdr_start) return false;
  return !is_one_of(image->path, "/lib* /usr/*") && !is_one_of(base_name(image->path), names);
}

/* The bias comes from the program headers: file offsets and addresses differ with some linkers. */
bool image_find(uintptr_t address, struct image *image) {
  static struct region region, first, text; /* the file's first byte is in first, the address in text */
  if (address >= image->start && address < image->end) return true;
  memset(image, 0, sizeof *image);
  memset(&first, 0, sizeof first);
  memset(&text, 0, sizeof text);
  if (!maps_begin()) return address != 0 && find_in_program(address, PF_X, image);
  while (maps_next(&region)) {
    if (region.name[0] != '/' || region.start > address) continue;
    if (region.offset == 0 && strcmp(region.name, first.name) != 0) first = region;
    if (address < region.end && region.executable) text = region;
  }
  if (!text.end || !first.start || strcmp(text.name, first.name) != 0) return false;
  const ElfW(Ehdr) *header = (const void *)first.start;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return false;
  const ElfW(Phdr) *segment = (const void *)(first.start + header->e_phoff);
  for (unsigned i = 0; i < header->e_phnum; i++) {
    if (segment[i].p_type != PT_LOAD || segment[i].p_offset != 0) continue;
    *image = (struct image){.start = text.start,
                            .end = text.end,
                            .base = first.start,
                            .bias = first.start - segment[i].p_vaddr,
                            .segments = segment,
                            .segment_count = header->e_phnum};
  }
  strcpy(image->path, text.name);
  image->own = is_own(image);
  return image->segments;
}

/* Loaders relocate the addresses in the dynamic section, except where it is read-only. */
static const char *dynamic_address(const struct image *image, uintptr_t address) {
  return (const char *)(address && address < image->base ? address + image->bias : address);
}

/* The name that people write: headers put others in its place. */
static void copy_name(char *to, size_t size, const char *name) {
  size_t length = strlen(name);
  bool checked = length > 6 && strncmp(name, "__", 2) == 0 && strcmp(name + length - 4, "_chk") == 0;
  if (is_one_of(name, "__isoc99_* __isoc23_*")) name += strlen("__isoc99_");
  copy_text(to, size, checked ? name + 2 : name);
  if (checked && length - 6 < size) to[length - 6] = 0;
}

/* Relocated slots have names. (Those in the library itself may be stripped; these never are.) */
void image_import_name(const struct image *image, uintptr_t slot, uintptr_t function, char *name,
                       size_t size) {
  const ElfW(Phdr) *segments = image->segments;
  const ElfW(Dyn) *entry = NULL;
  uintptr_t value[DT_NUM] = {0};
  for (unsigned i = 0; i < image->segment_count; i++) {
    if (segments[i].p_type == PT_DYNAMIC) entry = (const void *)(image->bias + segments[i].p_vaddr);
  }
  for (; entry && entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag > 0 && entry->d_tag < DT_NUM) value[entry->d_tag] = entry->d_un.d_val;
  }
  const char *strings = dynamic_address(image, value[DT_STRTAB]);
  const ElfW(Sym) *symbols = (const void *)dynamic_address(image, value[DT_SYMTAB]);
  const char *tables[] = {
      dynamic_address(image, value[DT_JMPREL]),
      dynamic_address(image, value[DT_RELA] + value[DT_REL])}; /* there is one of the two */
  size_t lengths[] = {value[DT_PLTRELSZ], value[DT_RELASZ] + value[DT_RELSZ]};
  size_t step = value[DT_RELENT] ? sizeof(ElfW(Rel)) : sizeof(ElfW(Rela));
  for (int i = 0; i < 2 && symbols && strings; i++) {
    for (size_t at = 0; tables[i] && at + step <= lengths[i]; at += step) {
      const ElfW(Rel) *relocation = (const void *)(tables[i] + at); /* Rela begins alike */
      size_t symbol =
          sizeof(void *) == 8 ? (size_t)((uint64_t)relocation->r_info >> 32) : relocation->r_info >> 8;
      uintptr_t relocated = relocation->r_offset + image->bias;
      if (symbol == 0 || (slot ? relocated != slot : *(uintptr_t *)relocated != function)) continue;
      copy_name(name, size, strings + symbols[symbol].st_name);
      return;
    }
  }
}
