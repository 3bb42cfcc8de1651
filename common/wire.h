/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as RFB has them on the wire: big-endian, at any alignment (RFC 6143, 7). */
#ifndef GPUDESK_WIRE_H
#define GPUDESK_WIRE_H

#include <stdint.h>

static inline uint16_t wire_read_u16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static inline uint32_t wire_read_u32(const uint8_t *from)
{
	return (uint32_t)wire_read_u16(from) << 16 | wire_read_u16(from + 2);
}

/* Of a number that is larger, the low 16 bits. */
static inline void wire_write_u16(uint8_t *to, uint32_t number)
{
	to[0] = (uint8_t)(number >> 8);
	to[1] = (uint8_t)number;
}

static inline void wire_write_u32(uint8_t *to, uint32_t number)
{
	wire_write_u16(to, number >> 16);
	wire_write_u16(to + 2, number);
}

#endif
