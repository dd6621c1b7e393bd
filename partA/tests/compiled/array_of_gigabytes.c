// What: array_of_gigabytes used up the stack of its main thread
// Where: fill_numbers at .*
__attribute__((noinline)) static long fill_numbers(long count) {
  volatile long numbers[count];
  for (long i = 0; i < count; i++) numbers[i] = i;
  return numbers[count / 2];
}

int main(int argc, char **argv) {
  (void)argv;
  return (int)fill_numbers(argc * (sizeof(long) == 8 ? 900000000 : 100000000));
}
