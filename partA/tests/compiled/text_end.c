// Needs: x86_64
// What: The pointer holds the text "n12": something wrote past the end of a string or array
// Where: main at .*
#include <string.h>

int main(void) {
  char mail[] = "christian@example.org";
  struct {
    char name[8], *mail;
  } person = {.mail = mail};
  const char *volatile name = "Christian12";
  memcpy((char *volatile)person.name, name, strlen(name) + 1);
  return *(volatile char *)person.mail;  // here
}
