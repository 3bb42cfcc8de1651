/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the bits of a pixel mean, as in an X visual and in PIXEL_FORMAT (RFC 6143, 7.4). */
#ifndef GPUDESK_PIXEL_FORMAT_H
#define GPUDESK_PIXEL_FORMAT_H

#include <stdint.h>

struct pixel_format {
	int bits_per_pixel, depth;
	uint32_t red_mask, green_mask, blue_mask; /* in the machine's byte order */
};

#endif
