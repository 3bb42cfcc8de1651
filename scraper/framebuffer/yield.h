/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What takes long (comparing, encoding, sending) is done in slices, and between them keys and
 * pointers get through: nobody should feel at the keyboard what is going on on the screen.
 */
#ifndef GPUDESK_YIELD_H
#define GPUDESK_YIELD_H

#include <stddef.h>

/* Some tenths of a millisecond of copying, a few milliseconds of compressing. */
enum { YIELD_BYTES = 512 * 1024 };

struct yield {
	void (*run)(void *userdata); /* must leave alone what is being worked on */
	void *userdata;
	size_t bytes; /* worked on since the last one */
};

/* So many bytes of pixels have been worked on. `yield` may be NULL: then there is none. */
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
