/* memory.h: how much memory there is, and how much this process holds. */
#ifndef STAITHE_BASE_MEMORY_H
#define STAITHE_BASE_MEMORY_H

#include "base/slice.h"

/* Bytes that this process may have: the machine's, or the limit of its control group where that is less. */
uint64_t memory_of_machine(void);
/* The most bytes that this process has held in memory so far. */
uint64_t memory_most(void);

/* "400M", "1.5 GB", "2GiB", "800000": a number of bytes with k, M, G or T for powers of 1024. False when it is none. */
bool memory_read(struct slice text, uint64_t *ret) MUST_USE;

#endif
