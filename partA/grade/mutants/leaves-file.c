/* Leaves a file open. */
#include <fcntl.h>
#define START (srand((unsigned)time(NULL)), open("/dev/null", O_RDONLY))
#include "../../handout/handout.c"
