/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guacd_clock.h"

/* How long to do without primers after so many in a row whose planning was not seen. */
static uint64_t pause_after(unsigned n_missed)
{
	static const unsigned seconds[] = { 10, 60, 600 };
	enum { N = sizeof(seconds) / sizeof(*seconds) };

	return UINT64_C(1000000) * seconds[n_missed < N ? n_missed - 1 : N - 1];
}

static bool is_blocking(const struct guacd_clock *clock)
{
	return clock->n_blocked >= GUACD_CLOCK_BLOCK_ROUNDS;
}

static enum update_part begin(const struct guacd_clock *clock, size_t pixels, uint64_t now)
{
	bool recent = now < clock->last_huge + GUACD_CLOCK_RECENT;
	bool fast = now < clock->fast_until || is_blocking(clock);

	if (pixels < GUACD_CLOCK_HUGE || now < clock->due || (recent && fast))
		return UPDATE_ALL;
	return recent && clock->encoding && clock->encoding < GUACD_CLOCK_RECENT
		       ? UPDATE_LIGHT_PRIMER
		       : UPDATE_PRIMER;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * An idle guacd plans at once; one that encodes, when it has sent that. Not much later, since the
 * plan may have been overlooked, and the primer works for a while only.
 */
static uint64_t deadline(const struct guacd_clock *clock)
{
	uint64_t read = clock->primed + clock->own_answer, busy = GUACD_CLOCK_BUSY_MAX;

	if (clock->is_silent || !clock->last_huge)
		return read + GUACD_CLOCK_IDLE_MAX;
	if (clock->encoding && clock->encoding + later(clock->encoding / 2, 100000) < busy)
		busy = clock->encoding + later(clock->encoding / 2, 100000);
	if (clock->last_huge + busy > read + GUACD_CLOCK_BUSY_MAX)
		return read + GUACD_CLOCK_BUSY_MAX;
	return later(read + GUACD_CLOCK_IDLE_MAX, clock->last_huge + busy);
}

uint64_t guacd_clock_held_until(const struct guacd_clock *clock, bool is_guacd, uint64_t now)
{
	if (is_guacd && is_blocking(clock))
		return !clock->is_primed && now < clock->gap_until ? clock->gap_until : 0;
	if (!clock->is_primed || clock->is_planned || !is_guacd || now >= deadline(clock))
		return 0;
	return deadline(clock);
}

enum update_part guacd_clock_next(const struct guacd_clock *clock, bool is_guacd, size_t pixels,
				  uint64_t now, uint64_t *ret_due)
{
	uint64_t until = guacd_clock_held_until(clock, is_guacd, now);
	uint64_t probe = clock->answered + GUACD_CLOCK_INTERVAL;

	if (is_guacd && is_blocking(clock) && clock->is_primed &&
	    clock->n_slices < GUACD_CLOCK_SLICES)
		return UPDATE_PRIMER;
	if (!until)
		return is_guacd && !clock->is_primed ? begin(clock, pixels, now) : UPDATE_ALL;
	if (now >= probe && clock->is_primed)
		return UPDATE_PROBE;
	*ret_due = probe < until && clock->is_primed ? probe : until;
	return UPDATE_NONE;
}

/*
 * Judges guacd by several rounds: the first begins in the middle of what it was encoding, and after
 * an answer that was late for another reason, two seem short.
 */
static void note_encoding(struct guacd_clock *clock, uint64_t now)
{
	/* After a pause it tells nothing. */
	if (!clock->last_huge || clock->primed > clock->last_huge + GUACD_CLOCK_FAST)
		return;
	clock->encoding = now - clock->last_huge;
	clock->n_fast = clock->encoding < GUACD_CLOCK_FAST ? clock->n_fast + 1 : 0;
	if (clock->n_fast < GUACD_CLOCK_FAST_ROUNDS)
		return;
	clock->fast_until = now + GUACD_CLOCK_FAST_SPAN;
	clock->n_fast = 0;
}

/* Now and then a plan is overlooked, but not again and again. */
static void note_missed(struct guacd_clock *clock, uint64_t now)
{
	unsigned overlooked = clock->plan_time ? 2 : 1;

	clock->n_fast = 0;
	clock->n_missed++;
	if (!clock->is_silent && clock->n_missed <= overlooked) {
		if (clock->encoding)
			clock->encoding = now - clock->last_huge;
		return;
	}
	if (!clock->is_silent)
		clock->n_missed = 1;
	clock->is_silent = true;
	clock->encoding = clock->plan_time = 0;
	clock->due = now + pause_after(clock->n_missed);
}

/* guacd 1.5 reads the primer when it has encoded, and then soon answers the rest. */
static void note_blocked(struct guacd_clock *clock, uint64_t now)
{
	bool blocked = clock->own_answer > GUACD_CLOCK_BLOCKED &&
		       clock->own_answer > (now - clock->primed) / 2;

	clock->n_blocked = blocked ? clock->n_blocked + 1 : 0;
}

/* One that reads at once what comes right after a huge update is another. */
static void check_blocked(struct guacd_clock *clock)
{
	if (clock->own_answer < GUACD_CLOCK_BLOCKED &&
	    clock->primed < clock->last_huge + 2 * GUACD_CLOCK_FAST)
		clock->n_blocked = 0;
}

static void end_wait(struct guacd_clock *clock, uint64_t now)
{
	if (is_blocking(clock)) {
		check_blocked(clock);
	} else if (clock->is_planned) {
		clock->is_silent = false;
		clock->n_missed = 0;
		note_encoding(clock, now);
		note_blocked(clock, now);
	} else if (now >= deadline(clock)) {
		note_missed(clock, now);
	}
	clock->is_primed = false;
}

void guacd_clock_sent(struct guacd_clock *clock, enum update_part part, size_t pixels, uint64_t now)
{
	switch (part) {
	case UPDATE_PRIMER:
	case UPDATE_LIGHT_PRIMER:
		if (clock->is_primed) {
			clock->n_slices++;
			break;
		}
		clock->n_slices = 1;
		clock->is_primed = true;
		clock->is_planned = false;
		clock->primed = clock->answered = now;
		clock->own_answer = 0;
		clock->probed = 0; /* guacd does not plan the primer before it has answered it */
		break;
	case UPDATE_PROBE:
		clock->probed = now;
		break;
	case UPDATE_ALL:
		if (clock->is_primed)
			end_wait(clock, now);
		if (pixels >= GUACD_CLOCK_HUGE)
			clock->last_huge = now;
		clock->gap_until = now + pixels / GUACD_CLOCK_GAP_PIXELS;
		break;
	case UPDATE_NONE:
		break;
	}
}

/*
 * On a busy machine any answer may be some ms late, but planning a screen takes longer there. And
 * it is not done much sooner than the last time.
 */
static bool is_late(const struct guacd_clock *clock, uint64_t took, uint64_t now)
{
	bool early = now < clock->last_huge + clock->encoding / 2;
	uint64_t least = early ? clock->plan_time / 4 * 3 : clock->plan_time / 2;

	if (least > (early ? GUACD_CLOCK_LATE_EARLY : GUACD_CLOCK_LATE_MAX))
		least = early ? GUACD_CLOCK_LATE_EARLY : GUACD_CLOCK_LATE_MAX;
	return took > later(least, GUACD_CLOCK_LATE);
}

void guacd_clock_asked(struct guacd_clock *clock, uint64_t now)
{
	uint64_t took = clock->probed ? now - clock->probed : 0, before = clock->plan_time;

	clock->answered = now;
	clock->probed = 0;
	if (!clock->own_answer)
		clock->own_answer = now - clock->primed;
	if (!clock->is_primed || !is_late(clock, took, now))
		return;
	clock->is_planned = true;
	clock->plan_time = before ? (7 * before + took) / 8 : took;
}

void guacd_clock_resized(struct guacd_clock *clock)
{
	clock->is_primed = false;
}
