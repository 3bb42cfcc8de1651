/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pointer_sharing.h"

/* Takes the pointer from its silent owner. Returns the buttons to release. */
static uint16_t remove_owner(struct pointer_sharing *pointer)
{
	uint16_t lost = pointer->owner->held;

	pointer->owner->ignored |= lost;
	pointer->owner->held = 0;
	pointer->owner = NULL;
	return lost;
}

struct pointer_sharing_steps pointer_sharing_event(struct pointer_sharing *pointer,
						   struct pointer_sharing_user *user, uint16_t mask,
						   uint64_t now)
{
	struct pointer_sharing_steps steps = { .move = true };

	user->ignored &= mask;
	if (pointer->owner && pointer->owner != user) {
		if (now - pointer->owner_heard < POINTER_SHARING_TIMEOUT_MS) {
			user->ignored |= mask;
			return (struct pointer_sharing_steps){ 0 };
		}
		steps.release_before = remove_owner(pointer);
	}
	mask &= (uint16_t)~user->ignored;
	steps.press = mask & (uint16_t)~user->held;
	steps.release = user->held & (uint16_t)~mask;
	user->held = mask;
	pointer->owner = mask ? user : NULL;
	pointer->owner_heard = now;
	return steps;
}

uint16_t pointer_sharing_release(struct pointer_sharing *pointer, struct pointer_sharing_user *user)
{
	uint16_t held = user->held;

	if (pointer->owner == user)
		pointer->owner = NULL;
	*user = (struct pointer_sharing_user){ 0 };
	return held;
}

int pointer_sharing_clamp(int value, int limit)
{
	return value < 0 ? 0 : value >= limit ? limit - 1 : value;
}
