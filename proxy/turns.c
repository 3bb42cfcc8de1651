/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "turns.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>

struct ticket {
	struct turn turn;
	size_t index;
	uint32_t lot;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct ticket *x = a, *y = b;

	if (x->turn.rank != y->turn.rank)
		return x->turn.rank < y->turn.rank ? -1 : 1;
	return (x->lot > y->lot) - (x->lot < y->lot);
}

static int compare_sources(const void *a, const void *b)
{
	const struct ticket *x = a, *y = b;

	if (x->turn.source != y->turn.source)
		return (uintptr_t)x->turn.source < (uintptr_t)y->turn.source ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static void make_tickets(const struct turn *turns, size_t n,
			 struct ticket ret_tickets[static TURNS_MAX])
{
	uint32_t lots[TURNS_MAX];

	randombytes_buf(lots, n * sizeof(*lots));
	for (size_t i = 0; i < n; i++)
		ret_tickets[i] = (struct ticket){ turns[i], i, lots[i] };
}

static void put_in_order(struct ticket *tickets, size_t n, size_t *ret_order)
{
	qsort(tickets, n, sizeof(*tickets), compare_ranks);
	for (size_t i = 0; i < n; i++)
		ret_order[i] = tickets[i].index;
}

void turns_draw(const struct turn *turns, size_t n, size_t *ret_order)
{
	struct ticket tickets[TURNS_MAX];

	make_tickets(turns, n, tickets);
	put_in_order(tickets, n, ret_order);
}

/* Of a source's tickets, oldest first. */
static struct ticket choose(const struct ticket *tickets, size_t n)
{
	switch (tickets[0].turn.source_checks % TURNS_KINDS) {
	case 0:
		return tickets[n - 1];
	case 1:
		return tickets[tickets[0].lot % n];
	default:
		return tickets[0];
	}
}

size_t turns_draw_checks(const struct turn *turns, size_t n, size_t *ret_order)
{
	struct ticket tickets[TURNS_MAX];
	size_t n_sources = 0;

	make_tickets(turns, n, tickets);
	qsort(tickets, n, sizeof(*tickets), compare_sources);
	for (size_t begin = 0, end; begin < n; begin = end) {
		for (end = begin;
		     end < n && tickets[end].turn.source == tickets[begin].turn.source;)
			end++;
		tickets[n_sources++] = choose(&tickets[begin], end - begin);
	}
	put_in_order(tickets, n_sources, ret_order);
	return n_sources;
}
