/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who makes room when a viewer comes and all places are taken. A new viewer is not refused for the
 * sake of peers that say nothing: it takes the place of one. No I/O. Policy:
 *
 * 1. A source that has its full share gives up one of its own: a connection that is over already,
 *    or else the one that has been silent longest. If all its viewers have answered their
 *    challenge, the new one is refused.
 * 2. When all places are taken, the source that has most gives one up: over, silent longest, or
 *    else one that waits for its check. Of a source that has failed that is the last to come; of
 *    one of which nothing is known the first, whose turn for a check is the last (throttle.h).
 * 3. A check under way is never ended for this, and no place is lost by a source whose last
 * password was right, or may prove to be by a check under way.
 */
#ifndef GPUDESK_EVICTION_H
#define GPUDESK_EVICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EVICTION_TOTAL = 256, EVICTION_PER_SOURCE = 64 };

/* Answers beside an index. */
enum { EVICTION_HAS_ROOM = -1, EVICTION_REFUSED = -2 };

/* In the order in which they go. */
enum eviction_kind {
	EVICTION_OVER,	  /* refused or answered, and only closing */
	EVICTION_SILENT,  /* has not answered its challenge */
	EVICTION_WAITING, /* its check has not begun, or its failure is being delayed */
	EVICTION_CHECKED, /* its check is under way */
};

struct eviction_entry {
	const void *source;
	unsigned source_users;	  /* connections of that source */
	unsigned source_failures; /* since its last right password */
	bool source_trusted;	  /* throttle_source_is_trusted */
	enum eviction_kind kind;
	uint64_t since; /* when it was accepted, µs */
};

/*
 * For one more connection of `source`, which has `users` already: the index of the entry that must
 * go, EVICTION_HAS_ROOM when none must, or EVICTION_REFUSED when the new one must.
 */
int eviction_decide(const struct eviction_entry *entries, size_t n, const void *source,
		    unsigned users);

/* Any entry that may go, for when descriptors run out: its index, or EVICTION_REFUSED. */
int eviction_choose(const struct eviction_entry *entries, size_t n);

#endif
