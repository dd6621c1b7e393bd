/* No constructor: the program would have to call be_friends itself. */
#define WHEN_LOADED
#include "../../handout/handout.c"
