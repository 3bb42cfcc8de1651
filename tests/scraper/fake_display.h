/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A display without X: its screen is memory, and it reports what is drawn as XDamage does. To be
 * included once, by a test of what is captured when, which is linked with these functions instead
 * of display.c's and shm_capture.c's (ld's --wrap, in the Makefile).
 */
#ifndef GPUDESK_TESTS_FAKE_DISPLAY_H
#define GPUDESK_TESTS_FAKE_DISPLAY_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/read_plan.h"
#include "capture/shm_capture.h"
#include "x11/display.h"

static struct {
	struct display display;
	uint8_t *pixels;		       /* 8 bits each, which makes it fast */
	struct rect drawn[DISPLAY_DAMAGE_MAX]; /* since the last fetch, from the top down */
	size_t n_drawn;
	bool told;	/* that something was drawn, since the last fetch */
	unsigned fails; /* so many reads from now on */
	unsigned n_fetches, n_reads;
	void (*before_read)(void); /* draws, after the damage was fetched */
} fake;

static inline void fake_display_start(int width, int height, void (*damaged)(void *),
				      void *userdata)
{
	fake.display = (struct display){
		.width = width,
		.height = height,
		.format = { 8, 8, 0xe0, 0x1c, 0x03 },
		.bytes_per_pixel = 1,
		.callbacks = { .damaged = damaged },
		.userdata = userdata,
	};
	fake.pixels = calloc((size_t)width, (size_t)height);
	fake.n_drawn = 0;
	fake.told = false;
	fake.fails = fake.n_fetches = fake.n_reads = 0;
	fake.before_read = NULL;
}

static inline void fake_display_stop(void)
{
	free(fake.pixels);
}

/* Draws; the display is dispatched later. */
static inline void fake_draw(struct rect area, uint8_t colour)
{
	size_t at = 0;

	for (int y = area.y; y < area.y + area.h; y++)
		memset(fake.pixels + y * fake.display.width + area.x, colour, (size_t)area.w);
	fake.n_drawn = read_plan_add(fake.drawn, fake.n_drawn, DISPLAY_DAMAGE_MAX, area);
	/* X's regions have no two rectangles that would make one, and go from the top down. */
	for (size_t i = 0; i + 1 < fake.n_drawn; i++) {
		struct rect *last = &fake.drawn[fake.n_drawn - 1], *r = &fake.drawn[i];

		if (r->x != last->x || r->w != last->w || r->y > last->y + last->h ||
		    last->y > r->y + r->h)
			continue;
		*r = rect_bounds(*r, *last);
		fake.n_drawn--;
	}
	for (at = fake.n_drawn - 1; at && fake.drawn[at].y < fake.drawn[at - 1].y; at--) {
		struct rect other = fake.drawn[at];

		fake.drawn[at] = fake.drawn[at - 1];
		fake.drawn[at - 1] = other;
	}
}

void __wrap_display_dispatch(struct display *display);
void __wrap_display_dispatch(struct display *display)
{
	if (!fake.n_drawn || fake.told)
		return;
	fake.told = true;
	display->callbacks.damaged(display->userdata);
}

/* Whatever was drawn was drawn before the read, for `before_read` draws nothing after it. */
bool __wrap_display_dispatch_damage(struct display *display, unsigned before);
bool __wrap_display_dispatch_damage(struct display *display, unsigned before)
{
	bool is_new = fake.n_drawn && !fake.told;

	(void)before;
	__wrap_display_dispatch(display);
	return is_new;
}

size_t __wrap_display_take_damage(struct display *display,
				  struct rect ret_damage[DISPLAY_DAMAGE_MAX]);
size_t __wrap_display_take_damage(struct display *display,
				  struct rect ret_damage[DISPLAY_DAMAGE_MAX])
{
	size_t n = fake.n_drawn;

	(void)display;
	memcpy(ret_damage, fake.drawn, n * sizeof(*ret_damage));
	fake.n_drawn = 0;
	fake.told = false;
	fake.n_fetches++;
	return n;
}

int __wrap_shm_capture_init(struct shm_capture *capture, struct display *display);
int __wrap_shm_capture_init(struct shm_capture *capture, struct display *display)
{
	*capture = (struct shm_capture){ .display = display };
	capture->size = (size_t)display->width * (size_t)display->height;
	capture->pixels = malloc(capture->size);
	return capture->pixels ? 0 : -ENOMEM;
}

void __wrap_shm_capture_finish(struct shm_capture *capture);
void __wrap_shm_capture_finish(struct shm_capture *capture)
{
	free(capture->pixels);
}

int __wrap_shm_capture_read(struct shm_capture *capture, struct shm_capture_read *reads, size_t n);
int __wrap_shm_capture_read(struct shm_capture *capture, struct shm_capture_read *reads, size_t n)
{
	uint8_t *to = capture->pixels;

	fake.n_reads++;
	if (fake.before_read)
		fake.before_read();
	if (fake.fails) {
		fake.fails--;
		return -EAGAIN;
	}
	for (size_t i = 0; i < n; i++) {
		struct rect area = reads[i].area;

		reads[i].pixels = to;
		reads[i].stride = (size_t)area.w;
		if (to + reads[i].stride * (size_t)area.h > capture->pixels + capture->size)
			return -EINVAL;
		for (int y = area.y; y < area.y + area.h; y++, to += reads[i].stride)
			memcpy(to, fake.pixels + y * fake.display.width + area.x, reads[i].stride);
	}
	return 0;
}

#endif
