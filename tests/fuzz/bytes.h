/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fuzzer's input, taken piece by piece, and 0 after its end. */
#ifndef GPUDESK_TESTS_BYTES_H
#define GPUDESK_TESTS_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
	const uint8_t *at;
	size_t left;
};

static inline void require(int condition)
{
	if (!condition)
		abort();
}

static inline uint8_t take_u8(struct bytes *bytes)
{
	if (!bytes->left)
		return 0;
	bytes->left--;
	return *bytes->at++;
}

static inline uint16_t take_u16(struct bytes *bytes)
{
	unsigned high = take_u8(bytes);

	return (uint16_t)(high << 8 | take_u8(bytes));
}

static inline uint32_t take_u32(struct bytes *bytes)
{
	uint32_t high = take_u16(bytes);

	return high << 16 | take_u16(bytes);
}

/* Up to `n` bytes, fewer where the input ends; their number is in *ret_n. */
static inline const uint8_t *take_some(struct bytes *bytes, size_t n, size_t *ret_n)
{
	const uint8_t *at = bytes->at;

	*ret_n = n < bytes->left ? n : bytes->left;
	bytes->at += *ret_n;
	bytes->left -= *ret_n;
	return at;
}

/* Fills `to` with the bytes again and again; nothing of it is instrumented, so it costs little. */
static inline void fill_repeating(void *to, size_t size, const uint8_t *bytes, size_t n)
{
	size_t done = n < size ? n : size;

	if (!done)
		return;
	memcpy(to, bytes, done);
	while (done < size) {
		size_t more = done < size - done ? done : size - done;

		memcpy((uint8_t *)to + done, to, more);
		done += more;
	}
}

#endif
