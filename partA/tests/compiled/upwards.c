// What: upwards tried to write to address 0x[0-9a-f]+, which is
// Where: write_upwards at .*
__attribute__((noinline)) static void write_upwards(char value) {
  volatile char array[16];
  for (long i = 0;; i++) array[i] = value;  // here
}

/* To the end of the main stack, and so over all that the kernel has put there. */
int main(int argc, char **argv) {
  (void)argv;
  write_upwards((char)('@' + argc));
  return 0;
}
