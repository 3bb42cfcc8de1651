/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xlib-xcb.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <xcb/dpms.h>

#include "altgr.h"
#include "common/event_source.h"
#include "common/log.h"
#include "common/timer.h"
#include "key_plan.h"
#include "keysym.h"
#include "scan_code.h"
#include "stuck_input.h"

enum {
	QUIET_MS = 1000, /* after so long without input the monitor may have been switched off */
	RETRY_MS = 20,	 /* between two tries to type a waiting key */
};

static uint64_t now_ms(void)
{
	return monotonic_now() / 1000;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata);

int input_init(struct input *input, struct display *display, sd_event *event)
{
	int r;

	*input = (struct input){ .display = display };
	r = timer_add(event, TIMER_NEVER, on_retry, input, &input->retry);
	if (r < 0)
		return r;
	if (display->has_test)
		stuck_input_begin(display->x);
	keyboard_init(&input->keyboard, display);
	if (!display->xkb_event)
		log_warning("the X server has no XKB extension: viewers cannot type");
	return 0;
}

void input_finish(struct input *input)
{
	if (!input->display)
		return;
	input->retry = event_source_end(input->retry);
	drag_follower_end(&input->drag, input->display);
	keyboard_finish(&input->keyboard);
	if (input->display->has_test)
		stuck_input_end(input->display->x);
	input->display = NULL;
}

enum keyboard_event input_handle_event(struct input *input, XEvent *event)
{
	return input->display ? keyboard_handle_event(&input->keyboard, event) : KEYBOARD_NOTHING;
}

void input_handle_message(struct input *input, const XEvent *event)
{
	if (input->display)
		keyboard_handle_message(&input->keyboard, event);
}

/* An XTEST event ends the X server's screen saver, but does not switch the monitor on. */
void input_wake_monitor(struct input *input)
{
	if (!input->display || !input->may_be_off)
		return;
	input->may_be_off = false;
	xcb_connection_t *c = XGetXCBConnection(input->display->x);
	if (!xcb_get_extension_data(c, &xcb_dpms_id)->present)
		return;
	xcb_dpms_info_reply_t *info = display_wait_reply(input->display, xcb_dpms_info(c).sequence,
							 DISPLAY_WAIT_TAKES_INPUT);

	if (info && info->state && info->power_level != XCB_DPMS_DPMS_MODE_ON) {
		xcb_dpms_force_level(c, XCB_DPMS_DPMS_MODE_ON);
		xcb_flush(c);
	}
	free(info);
}

/* Returns the time, ms. */
static uint64_t note_input(struct input *input)
{
	uint64_t now = now_ms();

	input->may_be_off |= now - input->last_input >= QUIET_MS;
	input->last_input = now;
	return now;
}

/* ---- keys ---- */

/* The held key that the viewer means: by its position, or without one by its keysym. */
static int find_key(const struct input_holder *holder, struct keyboard_request request)
{
	for (int i = 0; i < holder->n_keys; i++) {
		const struct keyboard_request *held = &holder->keys[i].request;

		if (held->position == request.position &&
		    (request.position || held->keysym == request.keysym))
			return i;
	}
	return -1;
}

/* The modifiers that the viewer holds, a bit for each keysym. */
static uint32_t modifiers_of(const struct input_holder *holder)
{
	uint32_t modifiers = 0;

	for (int i = 0; i < holder->n_keys; i++)
		if (keysym_is_modifier(holder->keys[i].request.keysym))
			modifiers |= UINT32_C(1) << (holder->keys[i].request.keysym * 5 >> 1 & 31);
	return modifiers;
}

static void remove_key(struct input *input, struct input_holder *holder, int i)
{
	keyboard_release(&input->keyboard, holder->keys[i].keycode);
	holder->keys[i] = holder->keys[--holder->n_keys];
}

static int press_keycode(struct input *input, const struct input_holder *holder,
			 struct keyboard_request request, uint64_t now)
{
	bool own[KEYMAP_KEYS] = { false };

	for (int i = 0; i < holder->n_keys; i++)
		own[holder->keys[i].keycode] = holder->keys[i].keycode;
	return keyboard_press(&input->keyboard, own, request, now);
}

/* The set of modifiers (enum altgr_modifier) that the viewer holds. */
static unsigned altgr_modifiers(const struct input_holder *holder)
{
	unsigned held = 0;

	for (int i = 0; i < holder->n_keys; i++)
		held |= altgr_modifier(holder->keys[i].request.keysym);
	return held;
}

/*
 * The right Alt may be AltGr. It is pressed when the next key shows that it is not: pressed and
 * released around a character, it would open the menu in many programs.
 */
static bool may_be_altgr(struct keyboard_request request)
{
	return request.keysym == XK_Alt_R && !request.position;
}

/* What the viewer does next is meant with Alt. */
static void press_postponed(struct input *input, struct input_holder *holder, uint64_t now)
{
	for (int i = 0; i < holder->n_keys; i++) {
		struct input_key *key = &holder->keys[i];

		if (key->right_alt == INPUT_PRESSED)
			continue;
		int keycode = press_keycode(input, holder, key->request, now);
		key->keycode = keycode > 0 ? (uint8_t)keycode : 0;
		key->right_alt = INPUT_PRESSED;
	}
}

static void note_altgr(struct input_holder *holder)
{
	for (int i = 0; i < holder->n_keys; i++)
		if (holder->keys[i].right_alt == INPUT_POSTPONED)
			holder->keys[i].right_alt = INPUT_ALTGR;
}

static void add_key(struct input *input, struct input_holder *holder, struct input_key key)
{
	/* Held as another keysym, if the viewer did not release it when Shift changed, or again. */
	for (int i = 0; key.keycode && i < holder->n_keys; i++)
		if (holder->keys[i].keycode == key.keycode)
			remove_key(input, holder, i--);
	key.modifiers = modifiers_of(holder);
	holder->keys[holder->n_keys++] = key;
}

/* Returns 0, or -EAGAIN if the key must wait. */
static int press(struct input *input, struct input_holder *holder, struct keyboard_request request,
		 uint64_t now)
{
	int i = find_key(holder, request);

	if (i >= 0 ? !keyboard_repeats(&input->keyboard, holder->keys[i].keycode)
		   : holder->n_keys == INPUT_KEYS_MAX)
		return 0;
	if (may_be_altgr(request)) {
		add_key(input, holder,
			(struct input_key){ .request = request, .right_alt = INPUT_POSTPONED });
		return 0;
	}
	request.is_altgr = !request.position &&
			   altgr_types(altgr_modifiers(holder), request.keysym);
	if (!request.is_altgr)
		press_postponed(input, holder, now);
	int keycode = press_keycode(input, holder, request, now);
	if (keycode == -EAGAIN)
		return -EAGAIN;
	if (request.is_altgr)
		note_altgr(holder);
	if (keycode < 0 && key_plan_is_loss(request.keysym))
		lost_keys_note(&input->lost, "no key can type it", now);
	else if (keycode < 0)
		log_debug("ignoring keysym 0x%x: no key can type it", request.keysym);
	/* A modifier that this keyboard does not have may still be part of AltGr. */
	if (keycode > 0 || (keycode < 0 && keysym_is_modifier(request.keysym)))
		add_key(input, holder,
			(struct input_key){ .request = request,
					    .keycode = keycode > 0 ? (uint8_t)keycode : 0 });
	return 0;
}

static void release_key(struct input *input, struct input_holder *holder, int i, uint64_t now)
{
	/* Alt alone, as it opens the menu. */
	if (holder->keys[i].right_alt == INPUT_POSTPONED)
		press_postponed(input, holder, now);
	remove_key(input, holder, i);
}

/* Some viewers release a key by the keysym it has by then, which Shift may have changed. */
static int find_other_keysym(const struct input *input, const struct input_holder *holder,
			     uint32_t keysym)
{
	for (int i = 0; i < holder->n_keys; i++)
		if (keymap_key_has(&input->keyboard.map, holder->keys[i].keycode, keysym))
			return i;
	return -1;
}

/*
 * That keysym may be on another key of the desktop or on none, like é pressed with AltGr and
 * released as e: guesses the last key that was pressed with other modifiers than are held now. A
 * wrong guess lets a key go up too soon; without one, it would stay down.
 */
static int guess_released(const struct input_holder *holder, uint32_t keysym)
{
	uint32_t modifiers = modifiers_of(holder);

	if (keysym_is_modifier(keysym))
		return -1;
	for (int i = holder->n_keys - 1; i >= 0; i--)
		if (!keysym_is_modifier(holder->keys[i].request.keysym) &&
		    holder->keys[i].modifiers != modifiers)
			return i;
	return -1;
}

static int handle_key(struct input *input, const struct queued_key *key, uint64_t now)
{
	if (key->down)
		return press(input, key->holder, key->request, now);
	int i = find_key(key->holder, key->request);
	if (i < 0 && !key->request.position)
		i = find_other_keysym(input, key->holder, key->request.keysym);
	if (i < 0 && !key->request.position)
		i = guess_released(key->holder, key->request.keysym);
	if (i >= 0)
		release_key(input, key->holder, i, now);
	return 0;
}

/* So that characters of which several wait are assigned to a spare key together. */
static void note_expected(struct input *input)
{
	uint32_t *expected = input->keyboard.expected;
	unsigned n = key_queue_keysyms(&input->queue, expected, KEY_PLAN_EXPECTED_MAX);

	for (unsigned i = n; i < KEY_PLAN_EXPECTED_MAX; i++)
		expected[i] = 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct input *input = userdata;
	const struct queued_key *key;
	uint64_t now = now_ms();

	(void)source;
	(void)usec;
	while ((key = key_queue_first(&input->queue))) {
		note_expected(input);
		if (handle_key(input, key, now) == -EAGAIN) {
			timer_start_at(input->retry, (now + RETRY_MS) * 1000);
			break;
		}
		key_queue_remove_first(&input->queue);
	}
	memset(input->keyboard.expected, 0, sizeof(input->keyboard.expected));
	return 0;
}

void input_key(struct input *input, struct input_holder *holder, struct client_key from)
{
	struct queued_key key = {
		.holder = holder,
		.request = { .keysym = from.keysym,
			     .position = scan_code_to_keycode(from.scan_code) },
		.down = from.down,
	};

	if (!input->display->has_test ||
	    !surrogate_join(&holder->surrogate, &key.request.keysym, key.down))
		return;
	uint64_t now = note_input(input);
	input_flush(input);
	if (!key_queue_count(&input->queue, holder) && handle_key(input, &key, now) != -EAGAIN)
		return;
	if (!key_queue_first(&input->queue))
		timer_start_at(input->retry, (now + RETRY_MS) * 1000);
	if (key_queue_add(&input->queue, &key) < 0 && key.down)
		lost_keys_note(&input->lost, "too many are waiting", now);
}

/* ---- the pointer ---- */

static void put_buttons(struct input *input, uint16_t buttons, bool down)
{
	for (unsigned i = 0; i < POINTER_SHARING_BUTTONS; i++)
		if (buttons >> i & 1)
			XTestFakeButtonEvent(input->display->x, i + 1, down, CurrentTime);
}

void input_flush(struct input *input)
{
	if (!input->display || !input->is_moving)
		return;
	input->is_moving = false;
	/* From another screen of the X server, an XTEST motion does not come back. */
	if (ScreenCount(input->display->x) > 1)
		XWarpPointer(input->display->x, None, input->display->root, 0, 0, 0, 0, input->x,
			     input->y);
	XTestFakeMotionEvent(input->display->x, input->display->screen, input->x, input->y,
			     CurrentTime);
}

void input_pointer(struct input *input, struct input_holder *holder, struct client_pointer to)
{
	if (!input->display->has_test)
		return;
	uint64_t now = note_input(input);
	struct pointer_place place = { to.x, to.y };
	bool was_dragging = holder->pointer.held;
	struct pointer_sharing_steps steps = pointer_sharing_event(
		&input->pointer, &holder->pointer, to.buttons & POINTER_SHARING_MASK, now);

	put_buttons(input, steps.release_before, false);
	if (!steps.move)
		return;
	if (!was_dragging)
		drag_follower_end(&input->drag, input->display);
	struct pointer_place target = drag_follower_target(&input->drag, input->display, place);
	input->x = pointer_sharing_clamp(target.x, input->display->width);
	input->y = pointer_sharing_clamp(target.y, input->display->height);
	input->is_moving = true;
	/* Of a burst of motions the last is enough, but every point of a stroke counts. */
	if (!holder->pointer.held && !steps.release)
		return;
	input_flush(input);
	if (steps.press)
		press_postponed(input, holder, now);
	drag_follower_sent(&input->drag, input->display, place,
			   (struct pointer_place){ input->x, input->y });
	if (steps.press | steps.release)
		keyboard_restore_modifiers(&input->keyboard);
	put_buttons(input, steps.release, false);
	put_buttons(input, steps.press, true);
}

void input_release(struct input *input, struct input_holder *holder)
{
	if (!input->display || !input->display->has_test)
		return;
	input_flush(input);
	key_queue_forget(&input->queue, holder);
	while (holder->n_keys)
		remove_key(input, holder, holder->n_keys - 1);
	put_buttons(input, pointer_sharing_release(&input->pointer, &holder->pointer), false);
	XFlush(input->display->x);
}
