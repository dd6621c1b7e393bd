// Needs: x86_64
// What: refused, at 0x[0-9a-f]+: a vector instruction, with an address that is not aligned
// Where: (in _mm_(load|store)_si128, called from )?main at .*
#include <emmintrin.h>

static _Alignas(16) char bytes[64];

int main(void) {
  char *volatile odd = bytes + 1;
  _mm_store_si128((__m128i *)odd, _mm_setzero_si128());  // here
  return 0;
}
