/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pseudorandom numbers, the same in each run, so that a failure can be reproduced. */
#ifndef GPUDESK_TESTS_RANDOM_H
#define GPUDESK_TESTS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Any seed. */
struct random {
	uint64_t state;
};

static inline uint32_t random_next(struct random *chance)
{
	chance->state = chance->state * UINT64_C(6364136223846793005) +
			UINT64_C(1442695040888963407);
	return (uint32_t)(chance->state >> 33 ^ chance->state >> 17);
}

/* 0 to limit - 1; 0 for a limit of 0. */
static inline unsigned random_below(struct random *chance, unsigned limit)
{
	return limit ? random_next(chance) % limit : 0;
}

static inline void random_fill(struct random *chance, void *bytes, size_t length)
{
	for (uint8_t *to = bytes; length; length--)
		*to++ = (uint8_t)random_next(chance);
}

#endif
