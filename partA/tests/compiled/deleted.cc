// Needs: glibc
// Status: 134
// What: malloc's checks stopped deleted. free was given what malloc did not give
// Where: in (free|operator delete), called from main at .*
int main() {
  int *numbers = new int[10];
  int *volatile middle = numbers + 3;
  delete middle;  // here
  return 0;
}
