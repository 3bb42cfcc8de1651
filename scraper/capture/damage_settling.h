/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures that are drawn in strips, as NVIDIA's GLX does: from the top down, 4 MB each, about 1 ms
 * apart, each reported by itself. Captured as they come, they would be sent torn. Once one has
 * followed another, strips at that place are held until the picture is whole, which costs no time:
 * where the last one lies shows that. It is in doubt where all of them are reported at once: then
 * nothing must follow for a little longer than they are apart. No other drawing is held. Pure;
 * times are µs of one clock, passed in.
 */
#ifndef GPUDESK_DAMAGE_SETTLING_H
#define GPUDESK_DAMAGE_SETTLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/rect.h"

enum {
	DAMAGE_SETTLING_STREAMS = 4,
	DAMAGE_SETTLING_MIN_AREA = 512 * 512, /* pixels reported at once that may be strips */
	DAMAGE_SETTLING_VAIN = 64,   /* pictures held in vain, before a stream is forgotten */
	DAMAGE_SETTLING_TRIALS = 32, /* the same, of one that has only just been found */
};

/* µs: the next strip is no later than that; the shortest and longest doubt; the longest hold. */
#define DAMAGE_SETTLING_NEXT UINT64_C(12000)
#define DAMAGE_SETTLING_QUIET_MIN UINT64_C(1000)
#define DAMAGE_SETTLING_QUIET_MAX UINT64_C(4000)
#define DAMAGE_SETTLING_LONGEST UINT64_C(50000)

enum damage_settling_state {
	DAMAGE_SETTLING_OPEN,  /* the last strip is not the picture's last */
	DAMAGE_SETTLING_DOUBT, /* all of it was reported at once: the next one may have begun */
	DAMAGE_SETTLING_WHOLE,
};

struct damage_settling_stream {
	struct rect frame; /* its pictures' place; empty: not in use */
	struct rect held;  /* what was drawn of it and is not released; empty: nothing */
	enum damage_settling_state state;
	int row;	      /* where the next strip begins */
	uint64_t since, last; /* when the first and the last of `held` were fetched */
	uint64_t noticed;     /* when X reported the last */
	uint64_t gap;	      /* from one strip to the next, µs, the longest of late */
	struct rect cut;      /* what was held of a picture that did not become whole */
	unsigned vain;	      /* pictures held in vain */
};

struct damage_settling {
	struct damage_settling_stream streams[DAMAGE_SETTLING_STREAMS];
	struct rect before; /* the bounds of what was fetched before, if it was large */
	uint64_t fetched;   /* and when */
};

/*
 * Takes the strips among the `n` rectangles that were drawn, from the top down, and reported from
 * `noticed` on. Returns how many are left in `rects`, which are not held.
 */
size_t damage_settling_take(struct damage_settling *settling, struct rect *rects, size_t n,
			    uint64_t noticed, uint64_t now);

/* The number of pixels held. */
size_t damage_settling_area(const struct damage_settling *settling);

/*
 * When something that is held may be captured, if nothing more is drawn, and no capture may be made
 * before `from`; UINT64_MAX: nothing is held.
 */
uint64_t damage_settling_due(const struct damage_settling *settling, uint64_t from);

/* Whether something is held whose next strip is awaited. */
bool damage_settling_awaits(const struct damage_settling *settling);

/* Writes what is due at `now` to ret_areas and holds it no longer. Returns how many there are. */
size_t damage_settling_release(struct damage_settling *settling, uint64_t from, uint64_t now,
			       struct rect ret_areas[DAMAGE_SETTLING_STREAMS]);

#endif
