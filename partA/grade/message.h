/* What of a program's output is a message of the library's (see friends_message in friends.h). */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "../../partB/harness/box.h"

/* Remembers what is printed in a program that does not crash; NULL: nothing is known. */
void message_startup(const struct box_result *silent);

#endif
