// Status: 134
// What: nothing_to_rethrow threw an exception again that nothing caught, or there was none to throw again
// Where: in abort, called from throw, called from main at .*
int main() {
  throw;  // here
}
