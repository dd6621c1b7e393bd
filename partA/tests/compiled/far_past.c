// What: write to address 0x186a00, which is not mapped. That is 1600000 bytes past NULL: a NULL pointer
// Where: main at .*
int main(void) {
  volatile double *volatile numbers = 0;
  numbers[200000] = 1;  // here
  return 0;
}
