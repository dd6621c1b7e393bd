// Needs: glibc
// What: past NULL: a directory that could not be opened, or
// Where: in readdir, called from main at .*
#include <dirent.h>

int main(void) {
  DIR *directory = opendir("/no/such/directory");
  return !readdir(directory);  // here
}
