// Needs: glibc 2.32
// What: which is not mapped. The pointer looks like what free leaves in a block
// Where: main at .*
#include <stdlib.h>

struct node {
  struct node *next;
  int value;
};

int main(void) {
  struct node *volatile first = malloc(sizeof *first), *volatile second = malloc(sizeof *second);
  first->next = second;
  second->next = NULL;
  free(second);
  free(first);
  volatile int value = first->next->value;  // here
  return value;
}
