/* The unwinder of a gcc that was made for glibc asks glibc which file holds a pc.
 * Elsewhere, this answers it. */
#include <link.h>

#include "internal.h"

#ifndef __GLIBC__
struct dl_find_object {
  unsigned long long flags;
  void *start, *end, *link_map, *eh_frame, *reserved[16];
};

int _dl_find_object(void *pc, struct dl_find_object *found) {
  static struct image image;
  if (!image_find((uintptr_t)pc, &image)) return -1;
  const ElfW(Phdr) *segments = image.segments;
  for (unsigned i = 0; i < image.segment_count; i++) {
    if (segments[i].p_type != PT_GNU_EH_FRAME) continue;
    found->start = (void *)image.base;
    found->end = (void *)image.end;
    found->eh_frame = (void *)(image.bias + segments[i].p_vaddr);
    return 0;
  }
  return -1;
}
#endif
