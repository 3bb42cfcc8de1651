/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays viewers' keys and pointers to the desktop by XTEST, and releases what they leave held. */
#ifndef GPUDESK_INPUT_H
#define GPUDESK_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "drag_follower.h"
#include "key_queue.h"
#include "keyboard.h"
#include "lost_keys.h"
#include "pointer_sharing.h"
#include "protocol/client_messages.h"
#include "surrogate.h"

enum { INPUT_KEYS_MAX = 64 }; /* that one viewer can hold down at a time */

/* What all viewers share. */
struct input {
	struct display *display;
	struct keyboard keyboard;
	struct key_queue queue;
	sd_event_source *retry; /* runs while the queue is not empty */
	struct pointer_sharing pointer;
	struct drag_follower drag;
	int x, y;	     /* pixels: where the pointer goes next */
	bool is_moving;	     /* it has not been sent there yet */
	uint64_t last_input; /* ms of CLOCK_MONOTONIC */
	bool may_be_off;     /* the monitor: that input came after a pause */
	struct lost_keys lost;
};

/* What one viewer holds down. Starts as all zeros. */
struct input_holder {
	struct input_key {
		struct keyboard_request request;
		uint8_t keycode;    /* 0: none is down for it */
		uint32_t modifiers; /* bits of those the viewer held when it pressed the key */
		enum input_right_alt {
			INPUT_PRESSED,
			INPUT_POSTPONED, /* until the next key shows whether it is AltGr */
			INPUT_ALTGR,	 /* that has shown it, and no other key since */
		} right_alt;
	} keys[INPUT_KEYS_MAX];
	int n_keys;
	struct pointer_sharing_user pointer;
	struct surrogate surrogate;
};

/*
 * Starts input on `display`, which must outlive it. Returns 0 or -errno. Until input_finish, which
 * comes after all holders were released, every XKB event must be passed to input_handle_event.
 */
int input_init(struct input *input, struct display *display, sd_event *event);
void input_finish(struct input *input);
enum keyboard_event input_handle_event(struct input *input, XEvent *event);

/* Any other event: it may tell that a program has read what was typed, and waiting keys go on. */
void input_handle_message(struct input *input, const XEvent *event);

/* Presses or releases the viewer's key; what the keyboard cannot type is ignored. */
void input_key(struct input *input, struct input_holder *holder, struct client_key from);

/*
 * Moves the pointer, clamped to the screen, and presses and releases buttons. A round trip while a
 * button is down: a program may have moved the pointer.
 */
void input_pointer(struct input *input, struct input_holder *holder, struct client_pointer to);

/* Sends a motion that was held back. To be called after all input that arrived was handled. */
void input_flush(struct input *input);

/* Switches the monitor on, if input has come after a pause. A round trip: input goes first. */
void input_wake_monitor(struct input *input);

/* Releases all that the viewer holds and drops its waiting keys: it has disconnected. */
void input_release(struct input *input, struct input_holder *holder);

#endif
