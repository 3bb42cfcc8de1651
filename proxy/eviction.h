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
#ifndef GPUDESK_ADMISSION_H
#define GPUDESK_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADMISSION_TOTAL = 256, ADMISSION_PER_SOURCE = 64 };

/* Answers beside an index. */
enum { ADMISSION_HAS_ROOM = -1, ADMISSION_REFUSED = -2 };

/* In the order in which they go. */
enum admission_kind {
	ADMISSION_OVER,	   /* refused or answered, and only closing */
	ADMISSION_SILENT,  /* has not answered its challenge */
	ADMISSION_WAITING, /* its check has not begun, or its failure is being delayed */
	ADMISSION_CHECKED, /* its check is under way */
};

struct admission_entry {
	const void *source;
	unsigned source_users;	  /* connections of that source */
	unsigned source_failures; /* since its last right password */
	bool source_trusted;	  /* throttle_source_is_trusted */
	enum admission_kind kind;
	uint64_t since; /* when it was accepted, µs */
};

/*
 * For one more connection of `source`, which has `users` already: the index of the entry that must
 * go, ADMISSION_HAS_ROOM when none must, or ADMISSION_REFUSED when the new one must.
 */
int admission_decide(const struct admission_entry *entries, size_t n, const void *source,
		     unsigned users);

/* Any entry that may go, for when descriptors run out: its index, or ADMISSION_REFUSED. */
int admission_choose(const struct admission_entry *entries, size_t n);

#endif
