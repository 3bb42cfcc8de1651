/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_count.h"

#define SLOT UINT64_C(500000)

void update_rate_count(struct update_rate *rate, uint64_t now)
{
	uint64_t number = now / SLOT;
	unsigned i = (unsigned)(number % UPDATE_RATE_SLOTS);

	if (rate->slots[i].number != number) {
		rate->slots[i].number = number;
		rate->slots[i].n = 0;
	}
	rate->slots[i].n++;
}

unsigned update_rate_read(const struct update_rate *rate, uint64_t begin, uint64_t now)
{
	uint64_t number = now / SLOT, n = 0;
	uint64_t took = (UPDATE_RATE_SLOTS - 1) * SLOT + now % SLOT;

	for (unsigned i = 0; i < UPDATE_RATE_SLOTS; i++)
		if (rate->slots[i].number + UPDATE_RATE_SLOTS > number)
			n += rate->slots[i].n;
	if (took > now - begin)
		took = now - begin;
	if (took < SLOT) /* of a moment nothing can be said */
		took = SLOT;
	return (unsigned)((n * 10000000 + took / 2) / took);
}
