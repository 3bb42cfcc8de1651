/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of each rectangle in a FramebufferUpdate. */
#ifndef GPUDESK_RECT_HEADER_H
#define GPUDESK_RECT_HEADER_H

#include <stdint.h>

#include "common/wire.h"
#include "framebuffer/rect.h"
#include "out_queue.h"

/* Appends x, y, width, height, encoding (RFC 6143, 7.6.1). Returns 0 or -ENOMEM. */
static inline int rect_header_append(struct out_queue *out, struct rect r, int32_t encoding)
{
	const int numbers[4] = { r.x, r.y, r.w, r.h };
	uint8_t header[12];

	for (int i = 0; i < 4; i++)
		wire_write_u16(header + 2 * i, (uint32_t)numbers[i]);
	wire_write_u32(header + 8, (uint32_t)encoding);
	return out_queue_append(out, header, sizeof(header));
}

#endif
