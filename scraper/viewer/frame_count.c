/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_count.h"

#define SLOT UINT64_C(500000)

void frame_count_add(struct frame_count *rate, uint64_t now)
{
	uint64_t number = now / SLOT;
	unsigned i = (unsigned)(number % FRAME_COUNT_SLOTS);

	if (rate->slots[i].number != number) {
		rate->slots[i].number = number;
		rate->slots[i].n = 0;
	}
	rate->slots[i].n++;
}

unsigned frame_count_read(const struct frame_count *rate, uint64_t begin, uint64_t now)
{
	uint64_t number = now / SLOT, n = 0;
	uint64_t took = (FRAME_COUNT_SLOTS - 1) * SLOT + now % SLOT;

	for (unsigned i = 0; i < FRAME_COUNT_SLOTS; i++)
		if (rate->slots[i].number + FRAME_COUNT_SLOTS > number)
			n += rate->slots[i].n;
	if (took > now - begin)
		took = now - begin;
	if (took < SLOT) /* too short to say anything */
		took = SLOT;
	return (unsigned)((n * 10000000 + took / 2) / took);
}
