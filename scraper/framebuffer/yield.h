/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What takes long (comparing, encoding, sending) is done in slices, and between them keys and
 * pointers get through: nobody should feel at the keyboard what is going on on the screen.
 */
#ifndef GPUDESK_INTERLUDE_H
#define GPUDESK_INTERLUDE_H

#include <stddef.h>

/* Some tenths of a millisecond of copying, a few milliseconds of compressing. */
enum { INTERLUDE_BYTES = 512 * 1024 };

struct interlude {
	void (*run)(void *userdata); /* must leave alone what is being worked on */
	void *userdata;
	size_t bytes; /* worked on since the last one */
};

/* So many bytes of pixels have been worked on. `interlude` may be NULL: then there is none. */
static inline void interlude_after(struct interlude *interlude, size_t bytes)
{
	if (!interlude)
		return;
	interlude->bytes += bytes;
	if (interlude->bytes < INTERLUDE_BYTES)
		return;
	interlude->bytes = 0;
	interlude->run(interlude->userdata);
}

#endif
