/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the screen: MIT-SHM into anonymous memory that is passed to the X server as a descriptor,
 * so that no other process can find it; XGetImage where the server can't.
 */
#ifndef GPUDESK_SHM_CAPTURE_H
#define GPUDESK_SHM_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/rect.h"
#include "x11/display.h"

struct shm_capture {
	struct display *display;
	uint8_t *pixels;  /* one whole screen */
	size_t size;	  /* bytes */
	uint32_t segment; /* XID; 0: no shared memory */
};

/* One rectangle to read, in; where its pixels are, out: valid until the next shm_capture_read. */
struct shm_capture_read {
	struct rect area;
	const uint8_t *pixels;
	size_t stride; /* bytes */
};

/* Memory for a screen of the display's present size. Returns 0 or -errno. */
int shm_capture_init(struct shm_capture *capture, struct display *display);
void shm_capture_finish(struct shm_capture *capture);

/*
 * Reads `n` rectangles, all on the screen and together not more pixels than it has, in one round
 * trip. Returns 0, or -EAGAIN when the X server would not (its size has just changed): nothing of
 * it is to be used then.
 */
int shm_capture_read(struct shm_capture *capture, struct shm_capture_read *reads, size_t n);

#endif
