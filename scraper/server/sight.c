/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sight.h"

void sight_lose(struct sight *sight)
{
	sight->state = SIGHT_NONE;
}

void sight_regain(struct sight *sight, uint64_t n_pictures)
{
	if (sight->state != SIGHT_NONE)
		return;
	sight->state = SIGHT_COMING;
	sight->n_pictures = n_pictures;
}

void sight_requested(struct sight *sight, uint64_t n_pictures)
{
	if (sight->state == SIGHT_COMING && n_pictures > sight->n_pictures)
		sight->state = SIGHT_CLEAR;
}

/* The key's place among those that are ignored, or n_keys. */
static unsigned find(const struct sight *sight, uint32_t keysym)
{
	unsigned i = 0;

	while (i < sight->n_keys && sight->keys[i] != keysym)
		i++;
	return i;
}

bool sight_takes_key(struct sight *sight, struct client_key key)
{
	unsigned i = find(sight, key.keysym);
	bool is_ignored = i < sight->n_keys;

	if (!key.down && is_ignored)
		sight->keys[i] = sight->keys[--sight->n_keys];
	if (sight->state == SIGHT_CLEAR)
		return !is_ignored;
	if (key.down && !is_ignored && sight->n_keys < SIGHT_KEYS_MAX)
		sight->keys[sight->n_keys++] = key.keysym;
	return false;
}

bool sight_takes_pointer(struct sight *sight, struct client_pointer pointer)
{
	if (sight->state != SIGHT_CLEAR || !pointer.buttons)
		sight->holds_button = pointer.buttons;
	return sight->state == SIGHT_CLEAR && !sight->holds_button;
}
