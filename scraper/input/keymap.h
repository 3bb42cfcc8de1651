/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A keyboard's layout as plain data, and the decision which keys type a keysym on it. Words and
 * rules are those of the X Keyboard Extension: a key has groups (layouts), these have levels, and
 * the type of the group says which level the modifiers choose. No X, no I/O.
 */
#ifndef GPUDESK_KEYMAP_H
#define GPUDESK_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

enum {
	KEYMAP_KEYS = 256,
	KEYMAP_GROUPS = 4,
	KEYMAP_LEVELS = 8,	/* of more, the rest is not used */
	KEYMAP_MODIFIERS = 256, /* sets of the eight modifiers */

	KEYMAP_SHIFT = 1 << 0,
	KEYMAP_LOCK = 1 << 1,
	KEYMAP_CONTROL = 1 << 2,
};

/* By the set of modifiers that are on. */
struct keymap_type {
	uint8_t level[KEYMAP_MODIFIERS];
	uint8_t consumed[KEYMAP_MODIFIERS]; /* modifiers that have had their effect by that */
};

struct keymap_group {
	uint8_t type;
	uint32_t symbols[KEYMAP_LEVELS]; /* canonical keysyms, 0: none */
	uint8_t sets[KEYMAP_LEVELS];	 /* modifiers that are on while the key is held */
};

enum keymap_out_of_range { KEYMAP_WRAP, KEYMAP_CLAMP, KEYMAP_REDIRECT };

struct keymap_key {
	uint8_t n_groups;		/* 0: the key types nothing */
	uint8_t out_of_range, redirect; /* what a group does that the key does not have */
	bool is_free;			/* it means nothing at all, and may be given a meaning */
	struct keymap_group groups[KEYMAP_GROUPS];
};

/* A modifier that may be set and given back to reach a level: its bit, and a key that sets it. */
struct keymap_shifter {
	uint8_t mask, keycode;
};

enum { KEYMAP_SHIFTERS = 3 }; /* Shift, level 3 (AltGr), level 5 */

struct keymap {
	struct keymap_key keys[KEYMAP_KEYS];
	struct keymap_type *types; /* owned */
	unsigned n_types;
	unsigned n_groups;
	struct keymap_shifter shifters[KEYMAP_SHIFTERS]; /* mask 0: there is none */
	uint8_t commands; /* modifiers of Control, Alt, Super...: they choose no level */
};

/* What is on now. */
struct keymap_state {
	uint8_t modifiers; /* in effect */
	uint8_t ours;	   /* of these, held by our keys only: they can be released */
	uint8_t group;	   /* in effect */
};

/* Press `press`, release `release`, go to `group`, press the key; then give all of that back. */
struct keymap_plan {
	uint8_t keycode;
	uint8_t press, release; /* modifiers */
	uint8_t group;		/* the state's own when nothing is to be done */
};

/* Fills shifters, commands and n_groups from the keys and types. */
void keymap_prepare(struct keymap *keymap);
void keymap_finish(struct keymap *keymap);

/* What the key types in this state: a canonical keysym, 0 for nothing. */
uint32_t keymap_symbol(const struct keymap *keymap, uint8_t keycode, unsigned group,
		       uint8_t modifiers);

/* The modifiers that are on while the key is held. */
uint8_t keymap_sets(const struct keymap *keymap, uint8_t keycode, unsigned group);

/* Whether the keysym is on the key, wherever. */
bool keymap_key_has(const struct keymap *keymap, uint8_t keycode, uint32_t keysym);

/*
 * How `keysym` is typed: in the current group if possible, with as few changes of the modifiers as
 * possible. Control, Alt and Super stay as they are, and a letter's case does not matter with them;
 * but where both Control and Alt are ours and the character is on AltGr's level, they are what
 * some viewers send for AltGr. The key `place`, if not 0, is the one to be used where it types the
 * keysym in the current group. Returns 0, or -ENOENT if no key of this keyboard types it.
 */
int keymap_plan(const struct keymap *keymap, const struct keymap_state *state, uint32_t keysym,
		uint8_t place, struct keymap_plan *ret_plan);

/*
 * For a keysym that is not known or on no key: the key that is where it was pressed, as it is.
 * Returns 0, or -ENOENT if that types a character, or begins one: there it would be another one.
 */
int keymap_plan_place(const struct keymap *keymap, const struct keymap_state *state, uint8_t place,
		      struct keymap_plan *ret_plan);

/* The same for a keysym_is_modifier, or the nearest one there is. It changes nothing else. */
int keymap_plan_modifier(const struct keymap *keymap, const struct keymap_state *state,
			 uint32_t keysym, struct keymap_plan *ret_plan);

#endif
