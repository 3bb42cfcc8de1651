/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read_pieces.h"

void read_pieces_measured(struct read_pieces *pieces, size_t bytes, uint64_t usec)
{
	if (bytes < READ_PIECES_MEASURE_MIN)
		return;
	uint64_t speed = (uint64_t)bytes * 1000 / (usec + 1);

	pieces->speeds[pieces->n++ % READ_PIECES_MEASURES] = speed > UINT32_MAX ? UINT32_MAX
										: (uint32_t)speed;
}

size_t read_pieces_size(const struct read_pieces *pieces, size_t screen)
{
	uint64_t speed = 0;

	if (pieces->n < READ_PIECES_MEASURES)
		return SIZE_MAX;
	for (int i = 0; i < READ_PIECES_MEASURES; i++)
		if (pieces->speeds[i] > speed)
			speed = pieces->speeds[i];
	if (screen <= speed * READ_PIECES_SLOW_USEC / 1000)
		return SIZE_MAX;
	uint64_t size = speed * READ_PIECES_USEC / 1000, least = screen / READ_PIECES_MOST;

	return size > least ? (size_t)size : (size_t)least;
}
