/* Which calls led here: runs in a child, because it reads memory that a crash
 * may have left in any state. For each call it finds the file and the offset
 * that addr2line wants, and under which name the program called the library.
 * No loader function is called: another thread may have held the loader's lock. */
#include <link.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>

#include "internal.h"

/* The mapped file (program or library) that holds an address. */
struct image {
  uintptr_t address;
  struct region first, text; /* where the file's first byte is mapped, and where the address is */
  uintptr_t bias;            /* what was added to the addresses in the file */
  const ElfW(Phdr) * segments;
  unsigned segment_count;
};

static bool visit_image(const struct region *region, void *argument) {
  struct image *image = argument;
  bool file = region->name[0] == '/';
  if (file && region->offset == 0 && strcmp(region->name, image->first.name) != 0) image->first = *region;
  if (image->address >= region->end) return true;
  bool held = file && region->executable && image->address >= region->start;
  if (held && strcmp(region->name, image->first.name) == 0) image->text = *region;
  return false;
}

/* The bias comes from the program headers: file offsets and addresses differ with some linkers. */
static bool image_find(uintptr_t address, struct image *image) {
  if (address >= image->text.start && address < image->text.end) return image->segments;
  memset(image, 0, sizeof *image);
  image->address = address;
  if (!maps_visit(visit_image, image) || !image->text.end) return false;
  const ElfW(Ehdr) *header = (const void *)image->first.start;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return false;
  const ElfW(Phdr) *segment = (const void *)(image->first.start + header->e_phoff);
  for (unsigned i = 0; i < header->e_phnum; i++) {
    if (segment[i].p_type != PT_LOAD || segment[i].p_offset != 0) continue;
    image->bias = image->first.start - segment[i].p_vaddr;
    image->segments = segment;
    image->segment_count = header->e_phnum;
  }
  return image->segments;
}

/* The start of this library, from the linker. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

/* Libraries of the system are where systems keep them; the program itself may be there too. */
static bool is_own(const struct image *image) {
  if (image->segments == at_start.program_headers) return true;
  if (image->first.start == (uintptr_t)__ehdr_start) return false;
  return strncmp(image->text.name, "/lib", 4) != 0 && strncmp(image->text.name, "/usr/", 5) != 0;
}

static struct image here;

/* Called by the unwinder when all is lost. The C library's abort may signal the
 * crashed thread in the parent instead (musl remembers the thread's id), so this
 * one is linked in its place, for this library only. */
__attribute__((visibility("hidden"))) _Noreturn void abort(void) {
  _exit(127);
}

#ifndef __GLIBC__
/* The unwinder of a gcc made for glibc asks glibc which file holds a pc. Elsewhere, this answers it. */
struct dl_find_object {
  unsigned long long flags;
  void *start, *end, *link_map, *eh_frame, *reserved[16];
};

int _dl_find_object(void *pc, struct dl_find_object *found) {
  if (!image_find((uintptr_t)pc, &here)) return -1;
  for (unsigned i = 0; i < here.segment_count; i++) {
    if (here.segments[i].p_type != PT_GNU_EH_FRAME) continue;
    found->start = (void *)here.first.start;
    found->end = (void *)here.text.end;
    found->eh_frame = (void *)(here.bias + here.segments[i].p_vaddr);
    return 0;
  }
  return -1;
}
#endif

/* Fills in a frame of which only the pc, and perhaps the function's address, is known. */
bool frame_resolve(struct frame *frame) {
  if (!image_find(frame->pc, &here)) return false;
  frame->offset = frame->pc - here.bias;
  if (frame->function) frame->function -= here.bias;
  strcpy(frame->file, here.text.name);
  frame->own = is_own(&here);
  return true;
}

/* Loaders relocate the addresses in the dynamic section, except where it is read-only. */
static const char *dynamic_address(const struct image *image, uintptr_t address) {
  return (const char *)(address && address < image->first.start ? address + image->bias : address);
}

/* The name under which this image imports the function at an address: one of
 * its relocated slots holds that address. (Names in the library itself may be
 * stripped; this one never is.) */
static void import_name(const struct image *image, uintptr_t function, char *name, size_t size) {
  const ElfW(Dyn) *entry = NULL;
  uintptr_t value[DT_NUM] = {0};
  for (unsigned i = 0; i < image->segment_count; i++) {
    if (image->segments[i].p_type == PT_DYNAMIC)
      entry = (const void *)(image->bias + image->segments[i].p_vaddr);
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
      const ElfW(Rel) *slot = (const void *)(tables[i] + at); /* Rela begins alike */
      size_t symbol = sizeof(void *) == 8 ? (size_t)((uint64_t)slot->r_info >> 32) : slot->r_info >> 8;
      if (symbol == 0 || *(uintptr_t *)(slot->r_offset + image->bias) != function) continue;
      copy_text(name, size, strings + symbols[symbol].st_name);
      return;
    }
  }
}

struct walk {
  bool crashed; /* past the frames of the signal handler itself */
  unsigned sent;
  uintptr_t callee; /* where the function called from this frame starts, if it is in another image */
  char callee_file[PATH_BYTES];
};

static _Unwind_Reason_Code visit_frame(struct _Unwind_Context *context, void *argument) {
  static struct frame frame;
  struct walk *walk = argument;
  int exact = 0;
  uintptr_t pc = _Unwind_GetIPInfo(context, &exact);
  if (exact) walk->crashed = true;
  if (!walk->crashed) return _URC_NO_REASON;
  if (pc == 0) return _URC_END_OF_STACK;
  memset(&frame, 0, sizeof frame);
  frame.pc = exact ? pc : pc - 1; /* a return address belongs to the line after the call */
  uintptr_t function = frame.function = _Unwind_GetRegionStart(context);
  if (frame_resolve(&frame) && walk->callee && strcmp(frame.file, walk->callee_file) != 0) {
    import_name(&here, walk->callee, frame.called, sizeof frame.called);
  }
  walk->callee = function;
  strcpy(walk->callee_file, frame.file);
  if (options.backtrace || walk->sent == 0 || frame.own) {
    if (write(STDOUT_FILENO, &frame, sizeof frame) < 0) _exit(1);
    walk->sent++;
  }
  bool enough = options.backtrace ? walk->sent == FRAMES_MAX : frame.own;
  return enough ? _URC_END_OF_STACK : _URC_NO_REASON;
}

void unwind_in_child(void *context) {
  static struct walk walk;
  (void)context;
  _Unwind_Backtrace(visit_frame, &walk);
}
