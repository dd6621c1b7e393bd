/* Writes to address 0x55. Not linked with the library, for the tests that preload it. */
int main(void) {
  int *volatile nowhere = (int *)0x55;
  *nowhere = 1;
}
