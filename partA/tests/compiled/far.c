// What: which is not mapped. That is [0-9]+ bytes before the start of the variables of far: an index
// Where: main at .*
static volatile int table[100];

int main(void) {
  volatile int index = -300000;
  table[index] = 3;  // here
  return 0;
}
