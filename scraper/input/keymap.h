/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A keyboard's layout as plain data, and which keys to press to type a keysym on it. Terms and
 * rules are those of XKB (protocol, "Determining the KeySym Associated with a Key Event"): a key
 * has groups (layouts), a group has levels, and its type says which level the modifiers choose.
 */
#ifndef GPUDESK_KEYMAP_H
#define GPUDESK_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

enum {
	KEYMAP_KEYS = 256,
	KEYMAP_GROUPS = 4,
	KEYMAP_LEVELS = 8,	/* further ones are not used */
	KEYMAP_MODIFIERS = 256, /* sets of the eight modifiers */

	KEYMAP_SHIFT = 1 << 0,
	KEYMAP_LOCK = 1 << 1,
	KEYMAP_CONTROL = 1 << 2,
};

/* Indexed by the set of modifiers in effect. */
struct keymap_type {
	uint8_t level[KEYMAP_MODIFIERS];
	uint8_t consumed[KEYMAP_MODIFIERS]; /* modifiers that this level takes into account */
};

struct keymap_group {
	uint8_t type;
	uint32_t symbols[KEYMAP_LEVELS]; /* canonical keysyms; 0: none */
	uint8_t sets[KEYMAP_LEVELS];	 /* modifiers in effect while the key is held */
};

enum keymap_out_of_range { KEYMAP_WRAP, KEYMAP_CLAMP, KEYMAP_REDIRECT };

struct keymap_key {
	uint8_t n_groups;		/* 0: the key types nothing */
	uint8_t out_of_range, redirect; /* for groups that the key does not have */
	bool is_free;			/* it means nothing, and may be assigned a keysym */
	struct keymap_group groups[KEYMAP_GROUPS];
};

/* A modifier that may be pressed or lifted to reach a level: its bit, and a key that sets it. */
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

/* What is in effect now. */
struct keymap_state {
	uint8_t modifiers;
	uint8_t ours; /* modifiers held by keys of XTEST only: they can be released */
	uint8_t group;
};

/* Change the modifiers and the group, press the key, then restore both. */
struct keymap_plan {
	uint8_t keycode;
	uint8_t press, release; /* modifiers */
	uint8_t group;		/* the state's own if it need not change */
};

/* Derives shifters, commands and n_groups from the keys and types. */
void keymap_prepare(struct keymap *keymap);
void keymap_finish(struct keymap *keymap);

/* What the key types in that state: a canonical keysym; 0: nothing. */
uint32_t keymap_symbol(const struct keymap *keymap, uint8_t keycode, unsigned group,
		       uint8_t modifiers);

/* The modifiers in effect while the key is held. */
uint8_t keymap_sets(const struct keymap *keymap, uint8_t keycode, unsigned group);

/* Whether the keysym is on the key, in any group and level. */
bool keymap_key_has(const struct keymap *keymap, uint8_t keycode, uint32_t keysym);

/*
 * How to type `keysym`: in the current group if possible, with as few changes of modifiers as
 * possible. Control, Alt and Super are left alone, and with them a letter's case does not matter;
 * but Control and Alt together, both ours, are taken for AltGr if the character is on its level:
 * viewers on Windows send them so. The key `position`, if not 0, is preferred where it types the
 * keysym in the current group. Returns 0, or -ENOENT if no key of this keyboard types it.
 */
int keymap_plan(const struct keymap *keymap, const struct keymap_state *state, uint32_t keysym,
		uint8_t position, struct keymap_plan *ret_plan);

/*
 * For a keysym that is unknown or on no key: the key `position`, with the modifiers as they are.
 * Returns 0, or -ENOENT if that key types a character or is dead: it would be the wrong character.
 */
int keymap_plan_position(const struct keymap *keymap, const struct keymap_state *state,
			 uint8_t position, struct keymap_plan *ret_plan);

/*
 * How to press a key that locks (keysym_is_lock), with the modifiers and the group as they are: the
 * key `position`, or that keysym's place on keyboards, if it has it; another key that has it; or
 * that place with its own meaning, as Escape by caps:escape. -ENOENT if it has none.
 */
int keymap_plan_lock(const struct keymap *keymap, const struct keymap_state *state, uint32_t keysym,
		     uint8_t position, struct keymap_plan *ret_plan);

/* How to press a modifier (keysym_is_modifier), or the one nearest to it. -ENOENT if none is. */
int keymap_plan_modifier(const struct keymap *keymap, const struct keymap_state *state,
			 uint32_t keysym, struct keymap_plan *ret_plan);

/* The levels of a type, a bit for each, that pressing and releasing shifters leads to. */
uint8_t keymap_levels(const struct keymap *keymap, const struct keymap_state *state, uint8_t type);

#endif
