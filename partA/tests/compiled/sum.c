// Needs: x86_64
// What: cannot be an address: 0x[0-9a-f]+, in the sum of a pointer and an index. An index that was
// Where: element_at at .*
__attribute__((noinline)) static int element_at(const int *numbers, long i) {
  int number;
  __asm__ volatile("movl (%1,%2,4), %0" : "=r"(number) : "r"(numbers), "r"(i));  // here
  return number;
}

int main(void) {
  return element_at((const int *)0x200000000000, 0x200000000000);
}
