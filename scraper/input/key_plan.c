/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key_plan.h"

#include <errno.h>

#include "keysym.h"

static bool may_be_assigned(uint32_t keysym)
{
	return keysym_is_known(keysym) && !keysym_is_server_action(keysym) &&
	       !keysym_is_modifier(keysym) && !keysym_is_lock(keysym);
}

bool key_plan_is_loss(uint32_t keysym)
{
	return keysym_character(keysym) && may_be_assigned(keysym);
}

static void ask_focus(const struct key_plan_keyboard *keyboard, uint64_t now)
{
	Window focus = focus_ping_window(keyboard->ping);

	spare_keys_note_window(keyboard->spares, focus,
			       focus_ping_send(keyboard->ping, focus, now));
}

/* Assigns `keysym` to a spare key, and of those that are expected what is on no key either. */
static int assign(const struct key_plan_keyboard *keyboard, const struct keymap_state *state,
		  uint32_t keysym, uint64_t now)
{
	uint32_t keysyms[1 + KEY_PLAN_EXPECTED_MAX] = { keysym_canonical(keysym) };
	struct spare_keys_request request = {
		.keymap = keyboard->map,
		.state = state,
		.held = keyboard->held,
		.keysyms = keysyms,
		.n = 1,
	};
	struct keymap_plan unused;

	for (unsigned i = 0; i < KEY_PLAN_EXPECTED_MAX; i++) {
		uint32_t expected = keysym_canonical(keyboard->expected[i]);

		if (may_be_assigned(expected) &&
		    keymap_plan(keyboard->map, state, expected, 0, &unused) == -ENOENT)
			keysyms[request.n++] = expected;
	}
	int r = spare_keys_assign(keyboard->spares, keyboard->ping->display->x, &request, now);
	if (r == -EBUSY) {
		ask_focus(keyboard, now);
		return -EAGAIN;
	}
	if (r < 0 && r != -EAGAIN)
		*keyboard->map_is_stale = true;
	if (r < 0)
		return r;
	r = spare_keys_load(keyboard->spares, keyboard->ping->display->x, keyboard->map);
	*keyboard->map_is_stale = r < 0;
	return r;
}

/* For what cannot be typed as things are; -ENOENT if it can in no way. */
static int plan_otherwise(const struct key_plan_keyboard *keyboard,
			  const struct keymap_state *state, uint32_t keysym, uint64_t now,
			  struct keymap_plan *ret_plan)
{
	struct keymap_state unlatched = *state;
	uint32_t lower = keysym_lower(keysym), upper = keysym_upper(keysym);

	/* A modifier that is latched is meant for this key, as with Sticky Keys. */
	unlatched.modifiers &= (uint8_t)~keyboard->latched;
	if (unlatched.modifiers != state->modifiers &&
	    keymap_plan(keyboard->map, &unlatched, keysym, 0, ret_plan) == 0)
		return 0;
	int r = assign(keyboard, state, keysym, now);
	if (r == 0)
		r = keymap_plan(keyboard->map, state, keysym, 0, ret_plan);
	/* Shift is locked, or held by somebody else, and no key is spare. */
	if (r == -ENOENT && lower != upper)
		r = keymap_plan(keyboard->map, state,
				keysym_canonical(keysym) == lower ? upper : lower, 0, ret_plan);
	return r;
}

int key_plan_make(const struct key_plan_keyboard *keyboard, const struct keymap_state *state,
		  uint32_t keysym, uint8_t position, uint64_t now, struct keymap_plan *ret_plan)
{
	if (keysym_is_modifier(keysym))
		return keymap_plan_modifier(keyboard->map, state, keysym, ret_plan);
	if (keysym_is_lock(keysym))
		return keymap_plan_lock(keyboard->map, state, keysym, position, ret_plan);
	int r = keymap_plan(keyboard->map, state, keysym, position, ret_plan);
	if (r == -ENOENT && position && !keysym_character(keysym))
		r = keymap_plan_position(keyboard->map, state, position, ret_plan);
	if (r != -ENOENT || !may_be_assigned(keysym))
		return r;
	return plan_otherwise(keyboard, state, keysym, now, ret_plan);
}
