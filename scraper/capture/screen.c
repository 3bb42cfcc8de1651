/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "screen.h"

#include <errno.h>

#include "common/log.h"
#include "read_plan.h"

static uint32_t colour_mask(const struct display *display)
{
	return display->format.red_mask | display->format.green_mask | display->format.blue_mask;
}

/* Allocates for the display's present size. On failure nothing is held. */
static int allocate(struct screen *screen)
{
	struct display *display = screen->display;
	int r = frame_init(&screen->frame, display->width, display->height,
			   display->bytes_per_pixel, colour_mask(display));

	if (r < 0)
		return r;
	r = shm_capture_init(&screen->capture, display);
	if (r < 0)
		goto finish_frame;
	r = tile_map_init(&screen->changes, display->width, display->height);
	if (r < 0)
		goto finish_capture;
	return 0;

finish_capture:
	shm_capture_finish(&screen->capture);
finish_frame:
	frame_finish(&screen->frame);
	return r;
}

/* Nothing is known of what the screen shows. */
static void reset(struct screen *screen)
{
	pending_damage_reset(&screen->pending, screen->display->width, screen->display->height);
	screen->sampling = (struct redraw_sampling){ 0 };
}

static void release(struct screen *screen)
{
	if (!screen->frame.pixels)
		return;
	tile_map_finish(&screen->changes);
	shm_capture_finish(&screen->capture);
	frame_finish(&screen->frame);
}

int screen_start(struct screen *screen, struct display *display, unsigned frame_rate, uint64_t now)
{
	struct screen kept = *screen;

	*screen = (struct screen){ .display = display };
	pending_damage_init(&screen->pending, frame_rate);
	missed_damage_init(&screen->missed, now);
	reset(screen);
	if (kept.frame.width == display->width && kept.frame.height == display->height) {
		screen->frame = kept.frame;
		screen->capture = kept.capture;
		screen->changes = kept.changes;
		return 0;
	}
	release(&kept);
	return allocate(screen);
}

void screen_finish(struct screen *screen)
{
	release(screen);
	*screen = (struct screen){ 0 };
}

int screen_resize(struct screen *screen)
{
	release(screen);
	reset(screen);
	return allocate(screen);
}

void screen_damaged(struct screen *screen, uint64_t now)
{
	pending_damage_reported(&screen->pending, now);
}

static void fetch_damage(struct screen *screen, uint64_t now)
{
	struct rect damage[DISPLAY_DAMAGE_MAX];
	size_t n = display_take_damage(screen->display, damage);

	for (size_t i = 0; i < n; i++)
		damage[i] = frame_align(&screen->frame, damage[i]);
	pending_damage_fetched(&screen->pending, damage, n, now);
	missed_damage_activity(&screen->missed, false, now);
}

size_t screen_pending_pixels(const struct screen *screen)
{
	return pending_damage_pixels(&screen->pending);
}

uint64_t screen_capture_due(struct screen *screen, uint64_t now)
{
	uint64_t fetch_due = pending_damage_fetch_due(&screen->pending, now);

	if (fetch_due != UINT64_MAX) {
		if (fetch_due > now)
			return fetch_due;
		fetch_damage(screen, now);
	}
	return screen_next_due(screen);
}

uint64_t screen_next_due(const struct screen *screen)
{
	uint64_t due = pending_damage_due(&screen->pending);

	return due != UINT64_MAX ? due : redraw_sampling_due(&screen->sampling);
}

/* What to read: the pending rectangles, joined; or everything if that is not more. */
static size_t plan_reads(struct screen *screen, struct rect areas[READ_PLAN_MAX])
{
	struct pending_damage *pending = &screen->pending;

	if (!pending->everything) {
		size_t n = read_plan_join(pending->rects, pending->n), area = 0;

		for (size_t i = 0; i < n; i++) {
			areas[i] = frame_align(&screen->frame, pending->rects[i]);
			area += rect_area(areas[i]);
		}
		if (area < rect_area(pending->screen))
			return n;
	}
	areas[0] = pending->screen;
	return 1;
}

/* Absorbs `area`, an aligned part of what was read. */
static void absorb_part(struct screen *screen, const struct shm_capture_read *read,
			struct rect area)
{
	size_t left = (size_t)(area.x - read->area.x) * (size_t)screen->frame.bytes_per_pixel;
	int end = area.y + area.h, next;

	for (int y = area.y; y < end; y = next) {
		next = y - y % TILE_SIZE + TILE_SIZE;
		struct rect band = { area.x, y, area.w, (next < end ? next : end) - y };

		frame_absorb(&screen->frame,
			     read->pixels + (size_t)(y - read->area.y) * read->stride + left,
			     read->stride, band, &screen->changes);
		yield_after(screen->yield, (size_t)band.h * read->stride);
	}
}

/* Absorbs all that was read, except what has moved there: the frame has that already. */
static void absorb(struct screen *screen, const struct shm_capture_read *read)
{
	struct rect all = read->area, moved = rect_intersect(screen->move.to, all);
	int right = moved.x + moved.w, bottom = moved.y + moved.h;

	screen->n_pixels_read += rect_area(all);
	if (rect_is_empty(moved)) {
		absorb_part(screen, read, all);
		return;
	}
	struct rect around[] = {
		{ all.x, all.y, all.w, moved.y - all.y },
		{ all.x, moved.y, moved.x - all.x, moved.h },
		{ right, moved.y, all.x + all.w - right, moved.h },
		{ all.x, bottom, all.w, all.y + all.h - bottom },
	};
	for (size_t i = 0; i < sizeof(around) / sizeof(*around); i++)
		if (!rect_is_empty(around[i]))
			absorb_part(screen, read,
				    rect_intersect(all, frame_align(&screen->frame, around[i])));
}

/*
 * Reads samples of an area: the spot that changed last, with a tile's width around it, and some
 * rows, in turn one half of them and the other. Where a row differs, its surroundings are read as
 * well. Returns 0 or -EAGAIN.
 */
static int read_samples(struct screen *screen, struct redraw_sampling_area *entry, struct rect area)
{
	enum { ROWS_MAX = 8192 / REDRAW_SAMPLING_ROW_STEP + 1 };
	struct shm_capture_read reads[ROWS_MAX + 1];
	struct rect spot = entry->changing, found = { 0, 0, 0, 0 };
	size_t n = 0, pixels;

	if (!rect_is_empty(spot)) {
		spot = (struct rect){ spot.x - TILE_SIZE, spot.y - TILE_SIZE / 2,
				      spot.w + 2 * TILE_SIZE, spot.h + TILE_SIZE };
		reads[0].area = frame_align(&screen->frame, rect_intersect(spot, area));
		n += !rect_is_empty(reads[0].area);
	}
	size_t n_spots = n;
	int first = screen->n_captures % 2 ? REDRAW_SAMPLING_ROW_STEP / 4
					   : REDRAW_SAMPLING_ROW_STEP * 3 / 4;
	for (int y = area.y + first; y < area.y + area.h && n <= ROWS_MAX;
	     y += REDRAW_SAMPLING_ROW_STEP)
		reads[n++].area = (struct rect){ area.x, y, area.w, 1 };
	int r = shm_capture_read(&screen->capture, reads, n);
	if (r < 0)
		return r;
	if (n_spots)
		absorb(screen, &reads[0]);
	for (size_t i = n_spots; i < n; i++) {
		screen->n_pixels_read += rect_area(reads[i].area);
		if (frame_row_differs(&screen->frame, reads[i].pixels, reads[i].area))
			found = rect_bounds(
				found,
				(struct rect){ area.x, reads[i].area.y - REDRAW_SAMPLING_ROW_STEP,
					       area.w, 2 * REDRAW_SAMPLING_ROW_STEP });
	}
	found = rect_intersect(found, area);
	if (!rect_is_empty(found)) {
		reads[0].area = found;
		r = shm_capture_read(&screen->capture, reads, 1);
		if (r < 0)
			return r;
		absorb(screen, &reads[0]);
	}
	redraw_sampling_note_samples(entry, tile_map_bounds_in(&screen->changes, area, &pixels));
	return 0;
}

/*
 * Moves in the frame what has moved on the screen, so that only the rest differs. After searches
 * without a result, as in a video, it searches less often.
 */
static void follow_move(struct screen *screen, const struct shm_capture_read *reads, size_t n)
{
	enum { MISSES_MAX = 5 };
	const struct shm_capture_read *largest = &reads[0];

	for (size_t i = 1; i < n; i++)
		if (rect_area(reads[i].area) > rect_area(largest->area))
			largest = &reads[i];
	if (rect_area(largest->area) < MOVE_MIN_AREA)
		return;
	if (screen->move_skips) {
		screen->move_skips--;
		return;
	}
	if (move_find(&screen->frame, largest->pixels, largest->stride, largest->area,
		      &screen->move)) {
		move_apply(&screen->frame, screen->move);
		screen->move_misses = 0;
		return;
	}
	if (screen->move_misses < MISSES_MAX)
		screen->move_misses++;
	screen->move_skips = (1U << screen->move_misses) / 2 - 1;
}

/*
 * Whether something was drawn between the last fetch and the read: what was read as a whole picture
 * may begin to show the next one, whose damage is not known yet. No more than a few times in a row,
 * for other programs may draw all the time.
 */
static bool is_too_late(struct screen *screen)
{
	enum { IN_A_ROW = 3 };

	return screen->reads_strips && screen->n_too_late < IN_A_ROW &&
	       display_dispatch_damage(screen->display, screen->capture.sequence);
}

/* Reads the areas whole, in one round trip, and notes how much of them had changed. */
static int read_whole(struct screen *screen, const struct rect *areas, size_t n, uint64_t now)
{
	struct shm_capture_read reads[READ_PLAN_MAX];

	for (size_t i = 0; i < n; i++)
		reads[i].area = areas[i];
	int r = shm_capture_read(&screen->capture, reads, n);
	if (r < 0)
		return r;
	if (is_too_late(screen))
		return -ESTALE;
	if (screen->find_moves && !screen->pending.everything)
		follow_move(screen, reads, n);
	for (size_t i = 0; i < n; i++) {
		size_t pixels;

		absorb(screen, &reads[i]);
		struct rect bounds = tile_map_bounds_in(&screen->changes, areas[i], &pixels);
		struct rect moved = rect_intersect(screen->move.to, areas[i]);
		redraw_sampling_note_whole_read(&screen->sampling, areas[i],
						rect_bounds(bounds, moved),
						pixels + rect_area(moved), now);
	}
	return 0;
}

static int read_areas(struct screen *screen, struct rect areas[READ_PLAN_MAX], size_t n,
		      uint64_t now)
{
	size_t n_whole = 0;

	for (size_t i = 0; i < n; i++) {
		struct redraw_sampling_area *entry = screen->pending.everything
							     ? NULL
							     : redraw_sampling_find(
								       &screen->sampling, areas[i],
								       now);

		if (!entry || rect_area(entry->changing) > rect_area(areas[i]) / 2) {
			areas[n_whole++] = areas[i];
			continue;
		}
		int r = read_samples(screen, entry, areas[i]);
		if (r < 0)
			return r;
	}
	return n_whole ? read_whole(screen, areas, n_whole, now) : 0;
}

void screen_capture(struct screen *screen, uint64_t now)
{
	struct rect areas[READ_PLAN_MAX], due[REDRAW_SAMPLING_AREAS];
	size_t n_due = redraw_sampling_list_due(&screen->sampling, now, due);

	for (size_t i = 0; i < n_due; i++)
		pending_damage_add(&screen->pending, due[i]);
	struct pending_damage before = screen->pending;

	tile_map_clear(&screen->changes);
	screen->move = (struct move){ { 0, 0, 0, 0 }, 0, 0 };
	screen->reads_strips = pending_damage_capture(&screen->pending, now);
	screen->n_captures++;
	int r = read_areas(screen, areas, plan_reads(screen, areas), now);
	if (r == -ESTALE) {
		screen->pending = before; /* as if it had not been made */
		pending_damage_reported(&screen->pending, now);
		screen->n_too_late++;
		return;
	}
	screen->n_too_late = 0;
	if (r < 0) {
		/* Most likely it was resized, and the event is on its way; if not, it is retried.
		 */
		screen->pending.everything = true;
		return;
	}
	pending_damage_captured(&screen->pending);
}

bool screen_check_missed(struct screen *screen, uint64_t now)
{
	struct shm_capture_read reads[MISSED_DAMAGE_ROWS];
	int rows[MISSED_DAMAGE_ROWS];
	int n = missed_damage_rows(&screen->missed, screen->frame.height, rows);
	bool found = false;

	for (int i = 0; i < n; i++)
		reads[i].area = (struct rect){ 0, rows[i], screen->frame.width, 1 };
	/* Reported damage will be captured anyway. */
	if (!screen->pending.reported && shm_capture_read(&screen->capture, reads, (size_t)n) == 0)
		for (int i = 0; i < n && !found; i++)
			found = frame_row_differs(&screen->frame, reads[i].pixels, reads[i].area);
	/* Drawing may have been reported while the rows were read. */
	display_dispatch(screen->display);
	if (screen->pending.reported)
		found = false;
	missed_damage_done(&screen->missed, now, found);
	if (found)
		screen->pending.everything = true;
	return found;
}
