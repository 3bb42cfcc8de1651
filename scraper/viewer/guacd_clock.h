/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paces huge updates by what guacd 1.6 really takes, and keeps it from encoding them as PNG, which
 * takes it four times as long. It encodes an area without loss, and slowly, if nothing in it has
 * changed for 334 ms; a full screen that was slow once is therefore slow for ever. So a huge update
 * is sent in two parts: a primer (guacd_primer.h), and the rest when guacd has planned the primer.
 * While it plans it answers no update, which empty ones, the probes, show. guacd plans nothing
 * while it encodes: the rest is captured when it can be encoded at once, and nothing is sent in
 * vain.
 *
 * A guacd that is fast gets everything at once, and so does one whose planning is not seen: it
 * takes next to no time, or the viewer only asks as guacd does.
 *
 * guacd up to 1.5 encodes in the thread that reads, so its requests tell when it has done that. It
 * goes by how often the cells of an image were sent on average, of the last five times: a few cells
 * that are sent five times in a row are as good as a primer.
 *
 * No I/O; times are µs of one clock, passed in.
 */
#ifndef GPUDESK_GUACD_CLOCK_H
#define GPUDESK_GUACD_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GUACD_CLOCK_HUGE = 2200 * 1000, /* pixels: smaller updates are not paced */
	GUACD_CLOCK_FAST_ROUNDS = 4,	/* huge updates until guacd counts as fast, */
	GUACD_CLOCK_BLOCK_ROUNDS = 2,	/* or as one that reads nothing while it encodes */
	GUACD_CLOCK_SLICES = 5,		/* primers in a row for such a one */
	GUACD_CLOCK_GAP_PIXELS = 50,	/* for each µs of the gap that such a one gets */

	/* µs */
	GUACD_CLOCK_INTERVAL = 2000,	 /* from an answer to the next probe */
	GUACD_CLOCK_LATE = 3000,	 /* an answer that took longer has waited for a plan, */
	GUACD_CLOCK_LATE_MAX = 10000,	 /* if that is half of what plans take, or this, */
	GUACD_CLOCK_LATE_EARLY = 15000,	 /* or this where it is early for a plan */
	GUACD_CLOCK_RECENT = 200000,	 /* what was planned so lately will be encoded fast */
	GUACD_CLOCK_FAST = 75000,	 /* guacd is fast: it takes less for a huge update */
	GUACD_CLOCK_FAST_SPAN = 5000000, /* until that is measured again */
	GUACD_CLOCK_BLOCKED = 50000,	 /* a primer that is not read for so long was blocked */
	GUACD_CLOCK_IDLE_MAX = 200000,	 /* the longest time until an idle guacd has planned, */
	GUACD_CLOCK_BUSY_MAX = 1500000,	 /* or one that encodes a huge update */
};

/* What goes into an update. */
enum update_part {
	UPDATE_ALL,	     /* all that is unseen */
	UPDATE_PRIMER,	     /* of that, a few cells of each of guacd's blocks */
	UPDATE_LIGHT_PRIMER, /* or one, where all has changed lately: only to be planned */
	UPDATE_PROBE,	     /* no pixels */
	UPDATE_NONE,	     /* no update is to be sent now */
};

/* Of one viewer; all zeros to begin with. */
struct guacd_clock {
	bool is_primed;	     /* a primer was sent, and the rest was not */
	bool is_planned;     /* guacd has planned the primer */
	bool is_silent;	     /* no plan is seen, only tried for now and then */
	unsigned n_missed;   /* primers since then that were not */
	unsigned n_fast;     /* huge updates in a row that were encoded fast */
	uint64_t due;	     /* no primer before */
	uint64_t primed;     /* when the last primer was sent, */
	uint64_t own_answer; /* what its own answer took; 0: it has not come, */
	uint64_t probed;     /* a probe that is not answered; 0: all are, */
	uint64_t answered;   /* and when the last answer came */
	uint64_t plan_time;  /* what the plan of a primer takes; 0: not known */
	uint64_t last_huge;  /* when the last huge update was sent, */
	uint64_t encoding;   /* and what that before it took, at most; 0: not known */
	uint64_t fast_until; /* guacd is known to be fast */
	unsigned n_blocked;  /* primers in a row that were not read while guacd encoded */
	unsigned n_slices;   /* for such a guacd: primers in a row, */
	uint64_t gap_until;  /* and no update before */
};

/*
 * What to send now to a viewer that waits for an update and has not seen `pixels` pixels.
 * `is_guacd`: it asks as guacd does, and is on this machine. Sets *ret_due if nothing: to when to
 * ask again.
 */
enum update_part guacd_clock_next(const struct guacd_clock *clock, bool is_guacd, size_t pixels,
				  uint64_t now, uint64_t *ret_due);

/* Until when nothing but probes will be sent, unless there is an answer; 0: pixels may be. */
uint64_t guacd_clock_held_until(const struct guacd_clock *clock, bool is_guacd, uint64_t now);

/* An update of `pixels` pixels was sent. */
void guacd_clock_sent(struct guacd_clock *clock, enum update_part part, size_t pixels,
		      uint64_t now);

/* The viewer has requested an update. */
void guacd_clock_asked(struct guacd_clock *clock, uint64_t now);

/* The desktop has another size: everything is unseen. */
void guacd_clock_resized(struct guacd_clock *clock);

#endif
