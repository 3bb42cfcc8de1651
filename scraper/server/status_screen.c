/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status_screen.h"

#include <errno.h>
#include <string.h>

/* Pixels, as of a desktop's size. */
enum { LONG_SIDE_MAX = 7680, SHORT_SIDE_MAX = 4320, WIDTH_MIN = 320, HEIGHT_MIN = 200 };

#define SECOND UINT64_C(1000000)

static uint32_t colour_mask(void)
{
	return status_picture_format.red_mask | status_picture_format.green_mask |
	       status_picture_format.blue_mask;
}

static unsigned seconds_at(const struct status_screen *screen, uint64_t now)
{
	return screen->since && now > screen->since ? (unsigned)((now - screen->since) / SECOND)
						    : 0;
}

static int make_frame(const struct status_screen *screen, int width, int height,
		      struct frame *ret_frame)
{
	int r = frame_init(ret_frame, width, height, status_picture_format.bits_per_pixel / 8,
			   colour_mask());

	if (r >= 0)
		status_picture_draw(ret_frame, &screen->text, screen->clock);
	return r;
}

int status_screen_show(struct status_screen *screen, uint64_t now)
{
	struct frame frame;

	if (!screen->width) {
		screen->width = STATUS_SCREEN_WIDTH;
		screen->height = STATUS_SCREEN_HEIGHT;
	}
	screen->clock = seconds_at(screen, now);
	int r = make_frame(screen, screen->width, screen->height, &frame);
	if (r < 0)
		return r;
	status_screen_hide(screen);
	screen->frame = frame;
	screen->is_outdated = false;
	return 0;
}

bool status_screen_is_shown(const struct status_screen *screen)
{
	return screen->frame.pixels;
}

void status_screen_hide(struct status_screen *screen)
{
	if (screen->frame.pixels)
		frame_finish(&screen->frame);
	screen->frame = (struct frame){ 0 };
}

void status_screen_write(struct status_screen *screen, const struct status_text *text,
			 uint64_t since)
{
	if (screen->since == since && memcmp(&screen->text, text, sizeof(*text)) == 0)
		return;
	screen->text = *text;
	screen->since = since;
	screen->is_outdated = true;
}

uint64_t status_screen_due(const struct status_screen *screen)
{
	if (screen->is_outdated)
		return 0;
	return screen->since ? screen->since + (screen->clock + UINT64_C(1)) * SECOND : UINT64_MAX;
}

int status_screen_draw(struct status_screen *screen, uint64_t now, struct tile_map *changes)
{
	struct frame *frame = &screen->frame, drawn;
	unsigned seconds = seconds_at(screen, now);

	if (!screen->is_outdated && seconds == screen->clock)
		return 0;
	screen->clock = seconds;
	int r = make_frame(screen, frame->width, frame->height, &drawn);
	if (r < 0)
		return r;
	screen->is_outdated = false;
	struct rect all = frame_align(frame, (struct rect){ 0, 0, frame->width, frame->height });
	frame_absorb(frame, drawn.pixels, drawn.stride, all, changes);
	frame_finish(&drawn);
	return 0;
}

int status_screen_resize(struct status_screen *screen, int width, int height)
{
	int longer = width > height ? width : height, shorter = width > height ? height : width;

	if (width < WIDTH_MIN || height < HEIGHT_MIN)
		return -EINVAL;
	if (longer > LONG_SIDE_MAX || shorter > SHORT_SIDE_MAX)
		return -E2BIG;
	screen->width = width;
	screen->height = height;
	return 0;
}
