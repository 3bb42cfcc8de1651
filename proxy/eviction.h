/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which connection is closed for a new one when all places are taken. A new viewer is not refused
 * for the sake of silent peers: it takes the place of one. No I/O. Policy:
 *
 * 1. A source has a share of EVICTION_PER_SOURCE places, EVICTION_PER_FAILED if wrong passwords
 * came from it and it is not known (throttle.h), not counting viewers that wait for the delay of
 * their failure. When it is full, the source loses one of its own: one that is already over, or
 * else the one that has been silent longest, or else, by lot, one of those that wait for their
 * check or the new one.
 * 2. When all places are taken, one that is over is closed, or else one of the source with the most
 *    connections: the one silent longest, or else, by lot, one that waits for the delay of its
 *    failure, or else one that waits for its check. If no source has more connections than the new
 *    one's would have, the new one takes part in that last lot, and so does the only connection of
 *    a source that has been silent for less than EVICTION_GRACE: in a crowd it would never have the
 *    time to speak.
 * 3. A check under way is never ended for this. A known source (throttle.h) keeps those that wait
 *    for their check, or are as young as that; so does a new source, of which only one waits when
 *    checks run short.
 */
#ifndef GPUDESK_EVICTION_H
#define GPUDESK_EVICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	EVICTION_TOTAL = 256,
	EVICTION_PER_SOURCE = 64,
	EVICTION_PER_FAILED = 16,
	EVICTION_GRACE = 1000 * 1000, /* µs */
};

/* Results other than an index. */
enum { EVICTION_HAS_ROOM = -1, EVICTION_REFUSED = -2 };

/* The first are closed first. */
enum eviction_kind {
	EVICTION_OVER,	  /* refused, and closing */
	EVICTION_SILENT,  /* it is its turn to send something */
	EVICTION_FAILING, /* waits for the delay of its failure */
	EVICTION_WAITING, /* waits for its challenge or check */
	EVICTION_CHECKED, /* its check is under way */
};

struct eviction_entry {
	const void *source;
	unsigned source_users; /* connections of the source */
	bool source_trusted;   /* throttle_source_is_trusted */
	bool source_failed;    /* its kind is THROTTLE_FAILED */
	bool is_new;	       /* its source is new, and it has answered its challenge */
	enum eviction_kind kind;
	bool young;	/* came within EVICTION_GRACE */
	uint64_t since; /* when it was accepted or challenged, µs */
};

/*
 * For one more connection of `source`: the index of the entry to close, EVICTION_HAS_ROOM for none,
 * or EVICTION_REFUSED to refuse the new one. There are EVICTION_TOTAL entries at most.
 */
int eviction_decide(const struct eviction_entry *entries, size_t n, const void *source);

/*
 * For when a wrong password came from `source`, which makes its share smaller: the index of an
 * entry to close, or one of the above for none.
 */
int eviction_find_surplus(const struct eviction_entry *entries, size_t n, const void *source);

/* For when descriptors run out: the index of an entry to close, or EVICTION_REFUSED for none. */
int eviction_choose(const struct eviction_entry *entries, size_t n);

#endif
