/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads pixels of the screen: by MIT-SHM 1.2 (ShmAttachFd) into anonymous memory that no other
 * process can find; by XGetImage if the X server has no such extension.
 */
#ifndef GPUDESK_SHM_CAPTURE_H
#define GPUDESK_SHM_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/rect.h"
#include "read_pieces.h"
#include "x11/display.h"

struct shm_capture {
	struct display *display;
	uint8_t *pixels;   /* of one whole screen; owned */
	size_t size;	   /* bytes */
	uint32_t segment;  /* XID; 0: no shared memory */
	unsigned sequence; /* of the last request of the last read */
	struct read_pieces pieces;
};

/* A rectangle to read. shm_capture_read sets the pixels, valid until the next call. */
struct shm_capture_read {
	struct rect area;
	const uint8_t *pixels;
	size_t stride; /* bytes */
};

/* Allocates memory for the display's present size. Returns 0 or -ENOMEM. */
int shm_capture_init(struct shm_capture *capture, struct display *display);
void shm_capture_finish(struct shm_capture *capture);

/*
 * Reads `n` rectangles of the screen in one round trip for each 32; each of them is all of one
 * moment, unless the X server is slow: see read_pieces.h. While it works, what display_wait_reply()
 * says is done. Returns 0; -EINVAL if they have
 * more pixels than the screen; -EAGAIN if the X server refused, as its size has just changed. The
 * pixels must not be used after a failure.
 */
int shm_capture_read(struct shm_capture *capture, struct shm_capture_read *reads, size_t n);

#endif
