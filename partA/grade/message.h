/* What of a program's output is a message of the library's (see friends_message in friends.h). */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "../../partB/harness/box.h"

/* What the program that crashes prints on either stream when its main begins. A library that greets has done
 * so before, whatever it says, and however it keeps text back. */
#define MAIN_BEGINS "\n-- main begins --\n"

/* The line that it prints when it goes on after a crash. A kind message may say that somebody is still here.
 */
#define MAIN_GOES_ON "-- main goes on --"

/* Remembers what is printed in a program that does not crash, after that: a farewell; NULL: nothing is known.
 */
void message_startup(const struct box_result *silent);

#endif
