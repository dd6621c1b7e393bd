// Needs: glibc
// Status: 134
// Flags: -fstack-protector-all
// What: a function of smashed wrote past the end of a local array
__attribute__((noinline)) static void fill(int length) {
  volatile char array[8];
  volatile char *volatile bytes = array;
  for (int i = 0; i < length; i++) bytes[i] = 'A';
}

int main(int argc, char **argv) {
  (void)argv;
  fill(argc == 1 ? 24 : 2);
  return 0;
}
