/* Watches calls of malloc and free in the program it is linked into, those of
 * libraries included. While malloc_watcher is set, each call calls it first. */
#ifndef MALLOC_WATCH_H
#define MALLOC_WATCH_H

extern void (*volatile malloc_watcher)(void);

#endif
