/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long work (comparing, encoding, sending) is done in slices, and between them keys and pointers go
 * to the X server: input must not wait for the picture.
 */
#ifndef GPUDESK_YIELD_H
#define GPUDESK_YIELD_H

#include <stddef.h>

/* Takes some tenths of a millisecond to copy, a few milliseconds to compress. */
enum { YIELD_BYTES = 512 * 1024 };

struct yield {
	void (*run)(void *userdata); /* must not touch what is being worked on */
	void *userdata;
	size_t bytes; /* processed since the last run */
};

/* `bytes` of pixels were processed: calls run() after each YIELD_BYTES. `yield` may be NULL. */
static inline void yield_after(struct yield *yield, size_t bytes)
{
	if (!yield)
		return;
	yield->bytes += bytes;
	if (yield->bytes < YIELD_BYTES)
		return;
	yield->bytes = 0;
	yield->run(yield->userdata);
}

#endif
