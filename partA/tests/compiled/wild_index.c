// Needs: x86_64
// What: which is not mapped. That is [0-9]+ bytes before the start of the stack: an index
// Where: main at .*
int main(void) {
  volatile int numbers[10], index = -1000000000;
  numbers[index] = 1;  // here
  return numbers[0];
}
