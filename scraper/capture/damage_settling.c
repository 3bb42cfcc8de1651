/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "damage_settling.h"

static int bottom_of(struct rect area)
{
	return area.y + area.h;
}

static bool same(struct rect a, struct rect b)
{
	return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

static bool same_column(struct rect a, struct rect b)
{
	return a.x == b.x && a.w == b.w;
}

static bool is_held(const struct damage_settling_stream *stream)
{
	return !rect_is_empty(stream->held);
}

/* ---- learning ---- */

/* Where a new stream may be kept: at a free place, or at that of the most doubtful; or NULL. */
static struct damage_settling_stream *find_place(struct damage_settling *settling)
{
	struct damage_settling_stream *best = NULL;

	for (size_t i = 0; i < DAMAGE_SETTLING_STREAMS; i++) {
		struct damage_settling_stream *stream = &settling->streams[i];

		if (rect_is_empty(stream->frame))
			return stream;
		if (!is_held(stream) && (!best || stream->vain > best->vain))
			best = stream;
	}
	return best;
}

/* `area` is a part of a picture in strips: of one of the streams, or of a new one. */
static void add_to_stream(struct damage_settling *settling, struct rect area)
{
	for (size_t i = 0; i < DAMAGE_SETTLING_STREAMS; i++) {
		struct rect *frame = &settling->streams[i].frame;

		if (rect_is_empty(*frame) || !same_column(*frame, area) ||
		    frame->y > bottom_of(area) || area.y > bottom_of(*frame))
			continue;
		*frame = rect_bounds(*frame, area);
		return;
	}
	struct damage_settling_stream *place = find_place(settling);

	if (place)
		*place = (struct damage_settling_stream){
			.frame = area,
			.gap = DAMAGE_SETTLING_QUIET_MAX / 2,
			.vain = DAMAGE_SETTLING_VAIN - DAMAGE_SETTLING_TRIALS,
		};
}

/* Two that adjoin or overlap in one column, the later one reaching further down, soon after. */
static void learn(struct damage_settling *settling, const struct rect *rects, size_t n,
		  uint64_t noticed, uint64_t now)
{
	struct rect bounds = { 0, 0, 0, 0 }, before = settling->before;
	size_t area = 0;

	for (size_t i = 0; i < n; i++) {
		bounds = rect_bounds(bounds, rects[i]);
		area += rect_area(rects[i]);
	}
	bool continues = !rect_is_empty(before) && same_column(before, bounds) &&
			 noticed <= settling->fetched + DAMAGE_SETTLING_NEXT &&
			 bounds.y >= before.y && bounds.y <= bottom_of(before) &&
			 bottom_of(bounds) > bottom_of(before);
	if (continues)
		add_to_stream(settling, rect_bounds(before, bounds));
	settling->before = continues || area >= DAMAGE_SETTLING_MIN_AREA
				   ? bounds
				   : (struct rect){ 0, 0, 0, 0 };
	settling->fetched = now;
}

/* The time between strips, of which two limits are known, as several may come at once. */
static void learn_gap(struct damage_settling_stream *stream, uint64_t noticed)
{
	uint64_t least = noticed > stream->last ? noticed - stream->last : 0;
	uint64_t most = noticed - stream->noticed;

	if (least > stream->gap)
		stream->gap = least < DAMAGE_SETTLING_QUIET_MAX ? least : DAMAGE_SETTLING_QUIET_MAX;
	else if (most < stream->gap)
		stream->gap -= stream->gap / 8;
}

/* ---- holding ---- */

/* Whether any of the rectangles in the frame are strips of it, rather than small changes. */
static bool has_strips(const struct damage_settling_stream *stream, const struct rect *rects,
		       size_t n)
{
	size_t area = 0;
	bool continues = false;

	if (rect_is_empty(stream->frame))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!rect_contains(stream->frame, rects[i]))
			continue;
		area += rect_area(rects[i]);
		continues |= is_held(stream) && rects[i].y == stream->row;
	}
	return continues || area >= DAMAGE_SETTLING_MIN_AREA;
}

static size_t take(struct damage_settling_stream *stream, struct rect *rects, size_t n,
		   uint64_t noticed, uint64_t now)
{
	int top = stream->frame.y, end = bottom_of(stream->frame);
	int head = top, foot = top; /* where what begins at the top ends; where the lowest does */
	size_t left = 0;

	if (!has_strips(stream, rects, n))
		return n;
	if (!is_held(stream))
		stream->since = now;
	else if (stream->state == DAMAGE_SETTLING_OPEN)
		learn_gap(stream, noticed);
	for (size_t i = 0; i < n; i++) {
		if (!rect_contains(stream->frame, rects[i])) {
			rects[left++] = rects[i];
			continue;
		}
		stream->held = rect_bounds(stream->held, rects[i]);
		if (rects[i].y <= head && bottom_of(rects[i]) > head)
			head = bottom_of(rects[i]);
		if (bottom_of(rects[i]) > foot)
			foot = bottom_of(rects[i]);
	}
	/* What lies below a head that is not all was drawn before it: strips go down. */
	stream->row = head > top ? head : foot;
	stream->state = head == end		     ? DAMAGE_SETTLING_DOUBT
			: head == top && foot == end ? DAMAGE_SETTLING_WHOLE
						     : DAMAGE_SETTLING_OPEN;
	stream->noticed = noticed;
	stream->last = now;
	return left;
}

size_t damage_settling_take(struct damage_settling *settling, struct rect *rects, size_t n,
			    uint64_t noticed, uint64_t now)
{
	learn(settling, rects, n, noticed, now);
	for (size_t i = 0; i < DAMAGE_SETTLING_STREAMS; i++)
		n = take(&settling->streams[i], rects, n, noticed, now);
	return n;
}

size_t damage_settling_area(const struct damage_settling *settling)
{
	size_t area = 0;

	for (size_t i = 0; i < DAMAGE_SETTLING_STREAMS; i++)
		area += rect_area(settling->streams[i].held);
	return area;
}

/* ---- releasing ---- */

static uint64_t quiet_of(const struct damage_settling_stream *stream)
{
	uint64_t quiet = stream->gap + stream->gap / 2;

	if (stream->state == DAMAGE_SETTLING_WHOLE)
		return 0;
	if (stream->state == DAMAGE_SETTLING_OPEN)
		return DAMAGE_SETTLING_NEXT;
	if (quiet > DAMAGE_SETTLING_QUIET_MAX)
		return DAMAGE_SETTLING_QUIET_MAX;
	return quiet > DAMAGE_SETTLING_QUIET_MIN ? quiet : DAMAGE_SETTLING_QUIET_MIN;
}

static uint64_t due_of(const struct damage_settling_stream *stream, uint64_t from)
{
	uint64_t settled = stream->last + quiet_of(stream);
	uint64_t limit = (stream->since > from ? stream->since : from) + DAMAGE_SETTLING_LONGEST;

	if (settled > limit)
		settled = limit;
	return settled > from ? settled : from;
}

uint64_t damage_settling_due(const struct damage_settling *settling, uint64_t from)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < DAMAGE_SETTLING_STREAMS; i++)
		if (is_held(&settling->streams[i]) && due_of(&settling->streams[i], from) < due)
			due = due_of(&settling->streams[i], from);
	return due;
}

bool damage_settling_awaits(const struct damage_settling *settling)
{
	for (size_t i = 0; i < DAMAGE_SETTLING_STREAMS; i++)
		if (is_held(&settling->streams[i]) &&
		    settling->streams[i].state != DAMAGE_SETTLING_WHOLE)
			return true;
	return false;
}

/* What was held is released: was it worth it? */
static void judge(struct damage_settling_stream *stream)
{
	if (stream->state == DAMAGE_SETTLING_WHOLE) {
		if (stream->last > stream->since)
			stream->vain = 0;
		stream->cut = (struct rect){ 0, 0, 0, 0 };
	} else if (stream->state == DAMAGE_SETTLING_DOUBT) {
		stream->vain++;
	} else if (same(stream->cut, stream->held) && stream->held.y == stream->frame.y) {
		stream->frame = stream->held; /* its pictures have become smaller */
		stream->vain = 0;
	} else {
		stream->cut = stream->held;
		stream->vain += DAMAGE_SETTLING_TRIALS / 2;
	}
	if (stream->vain >= DAMAGE_SETTLING_VAIN)
		*stream = (struct damage_settling_stream){ .vain = 0 };
	stream->held = (struct rect){ 0, 0, 0, 0 };
}

size_t damage_settling_release(struct damage_settling *settling, uint64_t from, uint64_t now,
			       struct rect ret_areas[DAMAGE_SETTLING_STREAMS])
{
	size_t n = 0;

	for (size_t i = 0; i < DAMAGE_SETTLING_STREAMS; i++) {
		struct damage_settling_stream *stream = &settling->streams[i];

		if (!is_held(stream) || due_of(stream, from) > now)
			continue;
		ret_areas[n++] = stream->held;
		judge(stream);
	}
	return n;
}
