// Needs: x86_64
// Status: 135
// What: cannot be an address: 0x676e6f6c206f6f74, in the register rbp. The pointer holds the text "too long"
// Where: main at .*
int main(void) {
  int number;
  __asm__ volatile("push %%rbp\nmov %1, %%rbp\nmovl (%%rbp), %0\npop %%rbp"  // here
                   : "=r"(number)
                   : "r"(0x676e6f6c206f6f74));
  return number;
}
