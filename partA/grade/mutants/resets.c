/* Restores the default action and returns: the program ends by the signal. */
#define END signal(signal_number, SIG_DFL)
#include "../../handout/handout.c"
