// What: thread_recursion used up the stack of one of its threads: recursion
// Where: descend at .*
#include <thread>

__attribute__((noinline)) static int descend(int depth) {
  volatile int numbers[5000];
  numbers[0] = depth;
  return depth < 0 ? 0 : descend(depth + 1) + numbers[0];
}

int main() {
  std::thread thread([] { descend(0); });
  thread.join();
  return 0;
}
