/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which connection is closed for a new one when all places are taken. A new viewer is not refused
 * for the sake of silent peers: it takes the place of one. No I/O. Policy:
 *
 * 1. A source with its full share of connections loses one of its own: one that is already over, or
 *    else the one that has been silent longest. If all its viewers have answered their challenge,
 *    the new one is refused.
 * 2. When all places are taken, the source with the most connections loses one: one that is over,
 *    the one silent longest, or else one that waits for its check. If the source has failed, that
 *    is its newest; if nothing is known of it, its oldest, whose check would be last (throttle.h).
 * 3. A check under way is never ended for this, and a source keeps its places if its last password
 *    was right, or a check under way may show that it is.
 */
#ifndef GPUDESK_EVICTION_H
#define GPUDESK_EVICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EVICTION_TOTAL = 256, EVICTION_PER_SOURCE = 64 };

/* Results other than an index. */
enum { EVICTION_HAS_ROOM = -1, EVICTION_REFUSED = -2 };

/* The first are closed first. */
enum eviction_kind {
	EVICTION_OVER,	  /* refused, and closing */
	EVICTION_SILENT,  /* has not answered its challenge */
	EVICTION_WAITING, /* waits for its check, or for the delay of its failure */
	EVICTION_CHECKED, /* its check is under way */
};

struct eviction_entry {
	const void *source;
	unsigned source_users;	  /* connections of the source */
	unsigned source_failures; /* since its last right password */
	bool source_trusted;	  /* throttle_source_is_trusted */
	enum eviction_kind kind;
	uint64_t since; /* when it was accepted, µs */
};

/*
 * For one more connection of `source`, which already has `users`: the index of the entry to close,
 * EVICTION_HAS_ROOM for none, or EVICTION_REFUSED to refuse the new one.
 */
int eviction_decide(const struct eviction_entry *entries, size_t n, const void *source,
		    unsigned users);

/* For when descriptors run out: the index of an entry to close, or EVICTION_REFUSED for none. */
int eviction_choose(const struct eviction_entry *entries, size_t n);

#endif
