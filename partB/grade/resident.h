#ifndef RESIDENT_H
#define RESIDENT_H

/* Bytes in memory behind all mappings, whether the process has touched them
 * through this mapping or not; shared memory that is mapped several times counts
 * once. */
long long resident_memory(void);

#endif
