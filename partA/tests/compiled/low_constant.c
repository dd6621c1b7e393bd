// Needs: x86_64
// Flags: -no-pie -fno-pie -Wl,-Ttext-segment=0x100000
// What: write to address 0x1[0-9a-f]+, which is read-only. It is part of the constants
// Where: main at .*
int main(void) {
  volatile char *volatile text = (volatile char *)"constant";
  text[0] = 'C';  // here
  return text[1];
}
