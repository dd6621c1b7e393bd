/* What the tests of lazycopy share: patterns that fill chunks and are checked
 * again, random numbers, children that are expected to die, and skipping where
 * the machine cannot do what a test is about. probe.h asks the kernel. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdint.h>

#include "../harness/runner.h"
#include "../measure/measure.h"
#include "lazycopy.h"

/* Compiled with a sanitizer, which brings handlers, mappings and stacks of its own? */
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined __SANITIZE_THREAD__ || __has_feature(thread_sanitizer)
#define UNDER_THREAD_SANITIZER 1
#else
#define UNDER_THREAD_SANITIZER 0
#endif
#if defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer) || UNDER_THREAD_SANITIZER
#define UNDER_SANITIZER 1
#else
#define UNDER_SANITIZER 0
#endif

/* 64 bits of address space: room for tests that want gigabytes of it. */
#define WIDE_ADDRESSES (sizeof(void *) >= 8)

/* Fills count chunks with a pattern in which every word says where it is and
 * which seed it belongs to; holds() tells whether all of it is still there. */
void fill(void *chunks, size_t count, uint64_t seed);
int holds(const void *chunks, size_t count, uint64_t seed);

/* Are all bytes zero? */
int is_zero(const void *chunks, size_t count);

/* A new block filled with the pattern; fails the test if there is none. */
char *new_block(size_t count, uint64_t seed);

/* A lazy copy; fails the test if there is none. */
char *lazy_copy(void *chunks, size_t count);

/* Writes and reads one byte that the compiler may neither drop nor move. */
void poke(void *address, int value);
int peek(const void *address);

/* Lets the kernel write a byte, as read(2) does. Returns whether it could; else errno says why. */
int kernel_writes(void *address, int value);

/* Is SCALE=full in the environment? And the size that a test has then, or a smaller one that
 * proves the same in less memory and time. */
int is_full(void);
size_t full_or(size_t full, size_t small);

/* A number in the environment, or another one if it is not there. */
uint64_t number_from(const char *name, uint64_t otherwise);

/* A pseudo-random number below a bound. */
size_t random_below(uint64_t *state, size_t bound);

struct chunk_stats stats(void);

/* Do lazy copies share memory here? Not under valgrind or qemu, for example. */
int sharing_works(void);

/* Would they? Asked in a child, so that the library has not started yet afterwards. */
int sharing_would_work(void);

/* Fails the test if they do not, although the kernel would do its part. */
void skip_without_sharing(void);
void skip_under_sanitizer(void);

void skip_under_valgrind(const char *why);

/* For tests that race on purpose, or fault where that sanitizer cannot follow. */
void skip_under_thread_sanitizer(void);

/* Runs body in a child process whose standard error is thrown away and whose
 * SIGSEGV has the default action if body does not say otherwise. Returns its
 * exit status, or 128 + signal. */
int status_of_child(void (*body)(void *), void *argument);

enum { DIED_BY_SIGSEGV = 128 + SIGSEGV };

#endif
