/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe.h"

enum { WIDTH_MIN = 640, HEIGHT_MIN = 480 };

static struct {
	int width, height; /* before the storm, and of its last size */
	int sent;
	int64_t due, last_sent, right; /* ns; right: 0 until the picture is right after the last */
	bool waits;
	unsigned answers, refused;
	uint64_t skipped_pixels;
	struct counters at_last; /* when the last size was requested, then how much came since */
	uint64_t compared;	 /* picture updates when the picture was last compared */
} storm;

bool resize_waits(void)
{
	return storm.waits;
}

void resize_note_answer(int result)
{
	if (!storm.sent)
		return;
	storm.answers++;
	storm.refused += result != 0;
	storm.waits = false;
}

void resize_note_skipped(uint64_t pixels)
{
	storm.skipped_pixels += pixels;
}

/* Widths and heights up and down, none twice in a row; the last one is the first. */
static void request_next(int64_t now)
{
	int i = ++storm.sent, width = storm.width, height = storm.height;

	if (i < options.resizes) {
		width = WIDTH_MIN + i * 397 % (storm.width - WIDTH_MIN);
		height = HEIGHT_MIN + i * 211 % (storm.height - HEIGHT_MIN);
	}
	if (!protocol_request_size(width, height))
		die("probe: the server does not let viewers change the size");
	storm.waits = true;
	storm.last_sent = now;
	storm.at_last = counters;
	storm.due = now + (int64_t)(options.resize_gap * (double)SECOND);
}

static bool is_right(void)
{
	struct outcome outcome;

	if (storm.waits || picture.width != storm.width || picture.height != storm.height ||
	    picture.n_uncovered || storm.compared == counters.picture_updates)
		return false;
	storm.compared = counters.picture_updates;
	verify_compare(&outcome);
	return !outcome.wrong_pixels;
}

int64_t resize_tick(void)
{
	int64_t now = now_ns();

	if (window_state != WINDOW_OPEN)
		return 0;
	if (!storm.sent) {
		storm.width = picture.width;
		storm.height = picture.height;
		if (storm.width <= WIDTH_MIN || storm.height <= HEIGHT_MIN)
			die("probe: the screen is too small for other sizes");
	}
	if (storm.sent < options.resizes) {
		if (now >= storm.due)
			request_next(now);
		return storm.due;
	}
	if (!storm.right && is_right()) {
		storm.right = now;
		storm.at_last.picture_updates = counters.picture_updates -
						storm.at_last.picture_updates;
		storm.at_last.bytes = counters.bytes - storm.at_last.bytes;
		window_end = now; /* window_tick() closes it */
	}
	return 0;
}

void resize_print(void)
{
	printf(",\"sizes\":%d,\"answers\":%u,\"refused\":%u,\"skipped_pixels\":%llu", storm.sent,
	       storm.answers, storm.refused, (unsigned long long)storm.skipped_pixels);
	if (storm.right) /* else never */
		printf(",\"right_ms\":%.3f,\"right_updates\":%llu,\"right_bytes\":%llu",
		       (double)(storm.right - storm.last_sent) / (double)MILLISECOND,
		       (unsigned long long)storm.at_last.picture_updates,
		       (unsigned long long)storm.at_last.bytes);
}
