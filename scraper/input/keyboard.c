/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keyboard.h"

#include <errno.h>
#include <stdlib.h>

#include <X11/XKBlib.h>
#include <X11/Xlib-xcb.h>
#include <X11/extensions/XTest.h>
#include <xcb/xkb.h>

#include "keysym.h"
#include "shortcut.h"
#include "xkb_map.h"

enum {
	MAP_EVENTS = XkbNewKeyboardNotifyMask | XkbMapNotifyMask,
	EVENTS = MAP_EVENTS | XkbIndicatorStateNotifyMask | XkbBellNotifyMask,
};

void keyboard_init(struct keyboard *keyboard, struct display *display)
{
	*keyboard = (struct keyboard){
		.display = display,
		.x = display->x,
		.xkb_event = display->xkb_event,
		.map_is_stale = true,
	};
	if (!display->xkb_event)
		return;
	XkbSelectEvents(display->x, XkbUseCoreKbd, EVENTS, EVENTS);
	unsigned own = xkb_map_keyboard(display->x);
	if (own != XkbUseCoreKbd)
		XkbSelectEvents(display->x, own, MAP_EVENTS, MAP_EVENTS);
	spare_keys_init(&keyboard->spares, display->x, own);
	focus_ping_init(&keyboard->ping, display);
	if (display->has_test)
		key_repeat_begin(&keyboard->repeat, display, own);
}

void keyboard_finish(struct keyboard *keyboard)
{
	if (keyboard->xkb_event)
		XkbSelectEvents(keyboard->x, XkbUseCoreKbd, EVENTS, 0);
	if (keyboard->xkb_event && keyboard->spares.keyboard != XkbUseCoreKbd)
		XkbSelectEvents(keyboard->x, keyboard->spares.keyboard, MAP_EVENTS, 0);
	key_repeat_end(&keyboard->repeat);
	keyboard->xkb_event = 0;
	keymap_finish(&keyboard->map);
}

/* A predicate for XCheckIfEvent. */
static Bool is_map_event(Display *x, XEvent *event, XPointer userdata)
{
	const struct keyboard *keyboard = (const struct keyboard *)userdata;
	const XkbEvent *xkb = (const XkbEvent *)event;

	(void)x;
	return event->type == keyboard->xkb_event &&
	       (xkb->any.xkb_type == XkbMapNotify || xkb->any.xkb_type == XkbNewKeyboardNotify);
}

/* The same. */
static Bool is_setting_event(Display *x, XEvent *event, XPointer userdata)
{
	const struct keyboard *keyboard = (const struct keyboard *)userdata;

	return is_map_event(x, event, userdata) ||
	       (event->type == keyboard->xkb_event &&
		((const XkbEvent *)event)->any.xkb_type == XkbControlsNotify);
}

enum keyboard_event keyboard_handle_event(struct keyboard *keyboard, XEvent *event)
{
	const XkbEvent *xkb = (const XkbEvent *)event;

	key_repeat_handle_event(&keyboard->repeat, xkb);
	if (is_map_event(keyboard->x, event, (XPointer)keyboard)) {
		keyboard->map_is_stale = true;
		/* Another keyboard may number its lights differently. */
		return KEYBOARD_LEDS;
	}
	switch (xkb->any.xkb_type) {
	case XkbBellNotify:
		return xkb->bell.percent ? KEYBOARD_BELL : KEYBOARD_NOTHING;
	case XkbIndicatorStateNotify:
		return KEYBOARD_LEDS;
	default:
		return KEYBOARD_NOTHING;
	}
}

/* Sends the X server a key's state if it is not what it was last told. */
static void update_key(struct keyboard *keyboard, unsigned keycode)
{
	bool down = (keyboard->held[keycode] && !keyboard->lifted[keycode]) ||
		    keyboard->added[keycode];

	if (down == keyboard->down[keycode])
		return;
	keyboard->down[keycode] = down;
	XTestFakeKeyEvent(keyboard->x, keycode, down, CurrentTime);
}

void keyboard_restore_modifiers(struct keyboard *keyboard)
{
	if (!keyboard->changed_for)
		return;
	for (unsigned keycode = 0; keycode < KEYMAP_KEYS; keycode++) {
		if (keyboard->lifted[keycode] && keyboard->held[keycode])
			keyboard->relatched |= keymap_sets(&keyboard->map, (uint8_t)keycode, 0);
		keyboard->lifted[keycode] = false;
		keyboard->added[keycode] = false;
		update_key(keyboard, keycode);
	}
	keyboard->changed_for = 0;
}

/* The modifiers set by those of `keys` that are down. */
static uint8_t modifiers_of(const struct keyboard *keyboard, const bool keys[static KEYMAP_KEYS],
			    unsigned group)
{
	uint8_t modifiers = 0;

	for (unsigned keycode = 0; keycode < KEYMAP_KEYS; keycode++)
		if (keys[keycode] && keyboard->down[keycode])
			modifiers |= keymap_sets(&keyboard->map, (uint8_t)keycode, group);
	return modifiers;
}

/* A reply may have come with events about another keymap, or settings. */
static void handle_settings(struct keyboard *keyboard)
{
	XEvent event;

	while (XCheckIfEvent(keyboard->x, &event, is_setting_event, (XPointer)keyboard))
		keyboard_handle_event(keyboard, &event);
}

/* Reads the current state and keymap: the X server replies after handling all keys sent. */
static int refresh(struct keyboard *keyboard, struct keymap_state *ret_state)
{
	xcb_xkb_get_state_reply_t *reply = display_wait_reply(
		keyboard->display,
		xcb_xkb_get_state(XGetXCBConnection(keyboard->x), XCB_XKB_ID_USE_CORE_KBD).sequence,
		DISPLAY_WAIT_ONLY);

	if (!reply)
		return -EIO;
	const xcb_xkb_get_state_reply_t state = *reply;
	free(reply);
	handle_settings(keyboard);
	if (keyboard->map_is_stale) {
		int r = spare_keys_load(&keyboard->spares, keyboard->x, &keyboard->map);

		if (r < 0)
			return r;
		keyboard->map_is_stale = false;
	}
	keyboard->latched = (uint8_t)(state.latchedMods &
				      ~(unsigned)(state.baseMods | state.lockedMods));
	*ret_state = (struct keymap_state){
		.modifiers = state.mods,
		.ours = modifiers_of(keyboard, keyboard->down, state.group) & state.mods,
		.group = state.group,
	};
	return 0;
}

static int plan(struct keyboard *keyboard, const struct keymap_state *state,
		struct keyboard_request request, uint64_t now, struct keymap_plan *ret_plan)
{
	const struct key_plan_keyboard with = {
		.map = &keyboard->map,
		.map_is_stale = &keyboard->map_is_stale,
		.spares = &keyboard->spares,
		.ping = &keyboard->ping,
		.held = keyboard->held,
		.expected = keyboard->expected,
		.latched = keyboard->latched,
	};

	return key_plan_make(&with, state, request.keysym, request.position, now, ret_plan);
}

void keyboard_handle_message(struct keyboard *keyboard, const XEvent *event)
{
	Window focus;

	if (keyboard->xkb_event && focus_ping_is_answer(&keyboard->ping, event, &focus))
		spare_keys_note_read(&keyboard->spares, focus, keyboard->ping.sent);
}

/* With Sticky Keys, a modifier that goes up with no key pressed since would apply to the next. */
static void unlatch(struct keyboard *keyboard, uint8_t modifiers)
{
	if (modifiers)
		XkbLatchModifiers(keyboard->x, XkbUseCoreKbd, modifiers, 0);
}

/* Presses and lifts modifiers for the key of the plan. */
static void change(struct keyboard *keyboard, const struct keymap_plan *plan)
{
	if (!plan->press && !plan->release)
		return;
	keyboard->changed_for = plan->keycode;
	for (unsigned keycode = 0; plan->release && keycode < KEYMAP_KEYS; keycode++) {
		if (keyboard->down[keycode] &&
		    keymap_sets(&keyboard->map, (uint8_t)keycode, plan->group) & plan->release) {
			keyboard->lifted[keycode] = true;
			update_key(keyboard, keycode);
		}
	}
	unlatch(keyboard, plan->release);
	for (unsigned i = 0; i < KEYMAP_SHIFTERS; i++) {
		const struct keymap_shifter *shifter = &keyboard->map.shifters[i];

		if (shifter->mask & plan->press) {
			keyboard->added[shifter->keycode] = true;
			update_key(keyboard, shifter->keycode);
		}
	}
}

static void hold(struct keyboard *keyboard, uint8_t keycode)
{
	/* Another viewer holds it as well: it types again if it goes up in between. */
	if (keyboard->held[keycode]) {
		keyboard->lifted[keycode] = true;
		update_key(keyboard, keycode);
		keyboard->lifted[keycode] = false;
	}
	keyboard->held[keycode]++;
	update_key(keyboard, keycode);
}

int keyboard_press(struct keyboard *keyboard, const bool own[static KEYMAP_KEYS],
		   struct keyboard_request request, uint64_t now)
{
	struct keymap_state state;
	struct keymap_plan how;
	uint8_t foreign = 0; /* modifiers that are not meant: those that only others hold */

	if (!keyboard->xkb_event)
		return -ENOTSUP;
	keyboard_restore_modifiers(keyboard);
	int r = refresh(keyboard, &state);
	if (r == 0 && key_repeat_prepare(&keyboard->repeat, keyboard->down))
		r = refresh(keyboard, &state);
	if (r < 0)
		return r;
	if (!keysym_is_modifier(request.keysym)) {
		foreign = state.ours & (uint8_t)~modifiers_of(keyboard, own, state.group);
		if (request.is_altgr)
			foreign |= state.ours & keyboard->map.commands;
		state.modifiers &= (uint8_t)~foreign;
		state.ours &= (uint8_t)~foreign;
	}
	request.keysym = shortcut_translate(&keyboard->map, &state, &keyboard->spares,
					    request.keysym, request.position);
	r = plan(keyboard, &state, request, now, &how);
	if (r < 0)
		return r;
	how.release |= foreign;
	/* A key that was assigned a keysym repeats. */
	handle_settings(keyboard);
	key_repeat_prepare(&keyboard->repeat, keyboard->down);
	if (spare_keys_has(&keyboard->spares, how.keycode))
		spare_keys_note_use(&keyboard->spares, how.keycode,
				    keysym_canonical(request.keysym),
				    focus_ping_window(&keyboard->ping), now);
	change(keyboard, &how);
	if (how.group == state.group) {
		hold(keyboard, how.keycode);
		return how.keycode;
	}
	/*
	 * Another layout for this key only: unlike a lock, a latch does not look to the desktop as
	 * if the user had switched layouts, and it ends with the key's press. The key goes up at
	 * once, so that it is typed in the same way when the viewer repeats it.
	 */
	XkbLatchGroup(keyboard->x, XkbUseCoreKbd, (unsigned)(how.group - state.group));
	hold(keyboard, how.keycode);
	keyboard_release(keyboard, how.keycode);
	return 0;
}

void keyboard_release(struct keyboard *keyboard, uint8_t keycode)
{
	if (!keyboard->held[keycode])
		return;
	keyboard->held[keycode]--;
	update_key(keyboard, keycode);
	uint8_t sets = keymap_sets(&keyboard->map, keycode, 0);
	if (!keyboard->held[keycode] && sets & keyboard->relatched) {
		unlatch(keyboard, sets);
		keyboard->relatched &= (uint8_t)~sets;
	}
	if (keyboard->changed_for == keycode && !keyboard->held[keycode])
		keyboard_restore_modifiers(keyboard);
}

bool keyboard_repeats(struct keyboard *keyboard, uint8_t keycode)
{
	key_repeat_prepare(&keyboard->repeat, keyboard->down);
	return key_repeat_allows(&keyboard->repeat, keycode);
}

static bool is_lit(struct keyboard *keyboard, const char *name)
{
	Atom atom = XInternAtom(keyboard->x, name, True);
	Bool on = False;

	return atom && XkbGetNamedIndicator(keyboard->x, atom, NULL, &on, NULL, NULL) && on;
}

unsigned keyboard_leds(struct keyboard *keyboard)
{
	if (!keyboard->xkb_event)
		return 0;
	return (is_lit(keyboard, "Caps Lock") ? KEYBOARD_LED_CAPS : 0u) |
	       (is_lit(keyboard, "Num Lock") ? KEYBOARD_LED_NUM : 0u) |
	       (is_lit(keyboard, "Scroll Lock") ? KEYBOARD_LED_SCROLL : 0u);
}
