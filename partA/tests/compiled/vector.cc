// What: write to address 0x190, .* past NULL
// Where: (in std::vector::operator\[\], called from )?set at .*
#include <vector>

__attribute__((noinline)) static void set(std::vector<int> &numbers, int value) {
  numbers[100] = value;  // here
}

int main() {
  std::vector<int> numbers;
  set(numbers, 7);
  return numbers.size() > 7;
}
