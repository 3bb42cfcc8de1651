/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests the desktop's start: connecting to the desktop socket makes systemd run gpudesk-desktop,
 * which starts the display manager and answers. Nothing is sent.
 */
#ifndef GPUDESK_DESKTOP_STARTER_H
#define GPUDESK_DESKTOP_STARTER_H

#include <stddef.h>
#include <systemd/sd-event.h>

enum { DESKTOP_LINE_MAX = 512, DESKTOP_LINES_MAX = 64 };

enum desktop_answer {
	DESKTOP_STARTING,
	DESKTOP_RUNNING,
	DESKTOP_REFUSED,
	DESKTOP_END, /* there are no more answers */
};

struct desktop_starter;

/*
 * The path of the desktop's socket: the `given` one, or (NULL) the one that is named after our user
 * as systemd's instance is. Returns 0 or -ENAMETOOLONG.
 */
int desktop_starter_get_path(const char *given, char *ret_path, size_t size);

/*
 * Called from the event loop for each line with its text (maybe ""; control characters are '?').
 * REFUSED or END is the last call, and the starter may be destroyed inside it.
 */
typedef void (*desktop_answer_fn)(enum desktop_answer answer, const char *text, void *userdata);

/*
 * Connects without waiting. Returns 0, -ENOENT when there is no such socket, -ECONNREFUSED,
 * -EAGAIN when too many are connected, or -errno.
 */
int desktop_starter_start(sd_event *event, const char *path, desktop_answer_fn answer,
			  void *userdata, struct desktop_starter **ret_starter);

/* NULL is fine. Returns NULL. */
struct desktop_starter *desktop_starter_destroy(struct desktop_starter *starter);

#endif
