/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small screen of the server's own, which viewers see while there is no display to show. It needs
 * no X server, and is drawn again only when what it says has changed and a viewer waits.
 */
#ifndef GPUDESK_STATUS_SCREEN_H
#define GPUDESK_STATUS_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "server.h"

/* Its size before any desktop was shown, pixels. */
enum { STATUS_SCREEN_WIDTH = 1280, STATUS_SCREEN_HEIGHT = 800 };

struct status_screen {
	struct frame frame; /* owned; no pixels while it is not shown */
	int width, height;  /* pixels, for when it is shown next; 0: the size above */
	struct status_text text;
	uint64_t since;	  /* µs: viewers have waited since then; 0: they do not */
	unsigned clock;	  /* seconds, as drawn */
	bool is_outdated; /* the text is not drawn yet */
};

/* Shows it, in that size. Returns 0; -EINVAL or -ENOMEM, then as before. */
int status_screen_show(struct status_screen *screen, uint64_t now);
bool status_screen_is_shown(const struct status_screen *screen);

/* Frees the frame. One of all zero is fine. */
void status_screen_hide(struct status_screen *screen);

/* What it says from now on. With `since`, a clock runs. */
void status_screen_write(struct status_screen *screen, const struct status_text *text,
			 uint64_t since);

/* When (µs) there is something to draw, 0: now; UINT64_MAX: nothing by itself. */
uint64_t status_screen_due(const struct status_screen *screen);

/* Draws, and adds what has changed to `changes`, a map of its size. Returns 0 or -ENOMEM. */
int status_screen_draw(struct status_screen *screen, uint64_t now, struct tile_map *changes);

/*
 * The size for the next status_screen_show(), pixels. Returns 0, -EINVAL if that is too small for a
 * desktop, or -E2BIG.
 */
int status_screen_resize(struct status_screen *screen, int width, int height);

#endif
