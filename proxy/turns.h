/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose turn it is when there is less than all want. No I/O. Policy:
 *
 * 1. The lowest rank comes first; among equals it goes by lot. Where checks are concerned, a source
 *    has one ticket, whatever the number of its connections.
 * 2. Of a source's connections, by turns the newest, any one by lot, and the oldest is checked. No
 *    single one of these is good for an owner who shares his address with guessers: they can be the
 *    newest, by coming again and again, or the oldest, by waiting, but hardly all of them.
 */
#ifndef GPUDESK_TURNS_H
#define GPUDESK_TURNS_H

#include <stddef.h>

enum { TURNS_MAX = 256 /* connections */, TURNS_KINDS = 3 };

/* One connection's ticket. */
struct turn {
	const void *source;
	unsigned rank;
	unsigned source_checks; /* of which kind the source's turn is */
};

/* Write indices of the `n` tickets, oldest connection first, to ret_order: of all, */
void turns_draw(const struct turn *turns, size_t n, size_t *ret_order);
/* or of one for each source; returns how many. */
size_t turns_draw_checks(const struct turn *turns, size_t n, size_t *ret_order);

#endif
