/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spare_keys.h"

#include <errno.h>
#include <string.h>

#include <X11/Xatom.h>

#include "xkb_map.h"

enum { REUSE_MS = 100 }; /* programs look up a key's meaning only when they read its event */

void spare_keys_init(struct spare_keys *spares, Display *x)
{
	unsigned char *data = NULL;
	unsigned long n = 0, left;
	Atom type;
	int format;

	*spares = (struct spare_keys){ .property = XInternAtom(x, "_GPUDESK_SPARE_KEYS", False) };
	if (XGetWindowProperty(x, DefaultRootWindow(x), spares->property, 0, 2 * SPARE_KEYS_MAX,
			       False, XA_CARDINAL, &type, &format, &n, &left, &data) != Success)
		return;
	/* Xlib hands out 32-bit items as longs. */
	const unsigned long *items = (const void *)data;
	for (unsigned long i = 0; format == 32 && i + 1 < n; i += 2)
		spares->list[spares->n++] = (struct spare_key){ .keycode = (uint8_t)items[i],
								.keysym = (uint32_t)items[i + 1] };
	XFree(data);
}

void spare_keys_check(struct spare_keys *spares, const struct keymap *keymap)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < spares->n; i++)
		if (keymap_key_has(keymap, spares->list[i].keycode, spares->list[i].keysym))
			spares->list[kept++] = spares->list[i];
	spares->n = kept;
}

static void publish(const struct spare_keys *spares, Display *x)
{
	unsigned long items[2 * SPARE_KEYS_MAX];

	for (unsigned i = 0; i < spares->n; i++) {
		items[2 * i] = spares->list[i].keycode;
		items[2 * i + 1] = spares->list[i].keysym;
	}
	XChangeProperty(x, DefaultRootWindow(x), spares->property, XA_CARDINAL, 32, PropModeReplace,
			(unsigned char *)items, (int)(2 * spares->n));
}

/* The highest free keycode: the least likely to be on a real keyboard. */
static uint8_t find_free(const struct keymap *keymap)
{
	for (int keycode = KEYMAP_KEYS - 1; keycode > 0; keycode--)
		if (keymap->keys[keycode].is_free)
			return (uint8_t)keycode;
	return 0;
}

/* The index of the key to assign: a new one at the end, or the least recently used. */
static int choose(struct spare_keys *spares, const struct keymap *keymap,
		  const uint8_t is_down[static KEYMAP_KEYS], uint64_t now)
{
	uint8_t keycode = spares->n < SPARE_KEYS_MAX ? find_free(keymap) : 0;

	if (keycode) {
		spares->list[spares->n] = (struct spare_key){ .keycode = keycode };
		return (int)spares->n++;
	}
	for (unsigned i = spares->n; i > 0; i--) {
		const struct spare_key *spare = &spares->list[i - 1];

		if (!is_down[spare->keycode])
			return now - spare->last_used < REUSE_MS ? -EAGAIN : (int)i - 1;
	}
	return spares->n ? -EAGAIN : -ENOENT;
}

int spare_keys_assign(struct spare_keys *spares, Display *x, const struct keymap *keymap,
		      const uint8_t is_down[static KEYMAP_KEYS], uint32_t keysym, uint64_t now)
{
	int place = choose(spares, keymap, is_down, now);

	if (place < 0)
		return place;
	struct spare_key *spare = &spares->list[place];
	uint8_t keycode = spare->keycode;
	int r = xkb_map_assign(x, keycode, keysym);

	if (r < 0) {
		memmove(spare, spare + 1, (--spares->n - (unsigned)place) * sizeof(*spares->list));
		return r;
	}
	spare->keysym = keysym;
	spare_keys_note_use(spares, keycode, now);
	publish(spares, x);
	return keycode;
}

void spare_keys_note_use(struct spare_keys *spares, uint8_t keycode, uint64_t now)
{
	for (unsigned i = 0; i < spares->n; i++) {
		struct spare_key spare = spares->list[i];

		if (spare.keycode != keycode)
			continue;
		memmove(spares->list + 1, spares->list, i * sizeof(*spares->list));
		spare.last_used = now;
		spares->list[0] = spare;
		return;
	}
}
