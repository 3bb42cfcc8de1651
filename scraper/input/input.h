/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Viewers' keys and pointers become the desktop's, by XTEST. What a viewer holds is given back. */
#ifndef GPUDESK_INPUT_H
#define GPUDESK_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "key_queue.h"
#include "keyboard.h"
#include "pointer_sharing.h"
#include "protocol/client_messages.h"
#include "x11/display.h"

enum { INPUT_KEYS_MAX = 64 }; /* keys that one viewer can hold down at a time */

/* What all viewers share. */
struct input {
	struct display *display;
	struct keyboard keyboard;
	struct key_queue queue;
	sd_event_source *retry; /* the queue's timer */
	struct pointer_sharing pointer;
	int x, y;	    /* where the pointer goes next, pixels */
	bool is_moving;	    /* and it has not been sent yet */
	uint64_t last_time; /* ms: when there was input at last */
};

/* What one viewer holds down. Begins as all zero. */
struct input_holder {
	struct input_key {
		struct keyboard_request request;
		uint8_t keycode;
		uint32_t modifiers; /* the viewer's own when it was pressed, as bits */
	} keys[INPUT_KEYS_MAX];
	int n_keys;
	struct pointer_sharing_user pointer;
};

/*
 * Starts and stops; between them, every event of XKB is to be passed to input_handle_event. Returns
 * 0 or -errno. input_finish changes nothing on the desktop, but the holders must have been
 * released.
 */
int input_init(struct input *input, struct display *display, sd_event *event);
void input_finish(struct input *input);
enum keyboard_news input_handle_event(struct input *input, XEvent *event);

/* A key goes down or up. */
void input_key(struct input *input, struct input_holder *holder, struct client_key from);

/* The pointer is somewhere (clamped to the screen) with some buttons down. */
void input_pointer(struct input *input, struct input_holder *holder, struct client_pointer to);

/* Sends what is left to send. To be called when all input that was there has been handled. */
void input_flush(struct input *input);

/* The viewer has left: all that it holds goes up. */
void input_release(struct input *input, struct input_holder *holder);

#endif
