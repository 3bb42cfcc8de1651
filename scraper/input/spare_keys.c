/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spare_keys.h"

#include <errno.h>
#include <string.h>

#include <X11/Xatom.h>

#include "keysym.h"
#include "xkb_map.h"

enum { ITEMS = 1 + KEYMAP_LEVELS }; /* of the property, for each key: its keycode and keysyms */

void spare_keys_init(struct spare_keys *spares, Display *x, unsigned keyboard)
{
	unsigned char *data = NULL;
	unsigned long n = 0, left;
	Atom type;
	int format;

	*spares = (struct spare_keys){
		.property = XInternAtom(x, "_GPUDESK_SPARE_KEYS", False),
		.keyboard = keyboard,
	};
	if (XGetWindowProperty(x, DefaultRootWindow(x), spares->property, 0, ITEMS * SPARE_KEYS_MAX,
			       False, XA_CARDINAL, &type, &format, &n, &left, &data) != Success)
		return;
	/* Xlib hands out 32-bit items as longs. */
	const unsigned long *items = (const void *)data;
	for (; format == 32 && n >= ITEMS; n -= ITEMS, items += ITEMS) {
		struct spare_key *spare = &spares->list[spares->n++];

		spare->keycode = (uint8_t)items[0];
		for (int level = 0; level < KEYMAP_LEVELS; level++)
			spare->symbols[level] = (uint32_t)items[1 + level];
	}
	XFree(data);
}

static bool has_symbols(const struct spare_key *spare)
{
	static const uint32_t none[KEYMAP_LEVELS];

	return memcmp(spare->symbols, none, sizeof(none)) != 0;
}

static bool is_on(const struct keymap *keymap, const struct spare_key *spare)
{
	const struct keymap_key *key = &keymap->keys[spare->keycode];

	return key->n_groups == 1 &&
	       memcmp(key->groups[0].symbols, spare->symbols, sizeof(spare->symbols)) == 0;
}

void spare_keys_check(struct spare_keys *spares, const struct keymap *keymap)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < spares->n; i++)
		if (has_symbols(&spares->list[i]) && is_on(keymap, &spares->list[i]))
			spares->list[kept++] = spares->list[i];
	spares->n = kept;
	/* The highest free keycodes first: the least likely to be on a real keyboard. */
	for (int keycode = KEYMAP_KEYS - 1; keycode > 0 && spares->n < SPARE_KEYS_MAX; keycode--)
		if (keymap->keys[keycode].is_free)
			spares->list[spares->n++] = (struct spare_key){
				.keycode = (uint8_t)keycode
			};
}

int spare_keys_load(struct spare_keys *spares, Display *x, struct keymap *keymap)
{
	int r = xkb_map_load(x, spares->keyboard, keymap);

	if (r == 0)
		spare_keys_check(spares, keymap);
	return r;
}

static void publish(const struct spare_keys *spares, Display *x)
{
	unsigned long items[ITEMS * SPARE_KEYS_MAX], n = 0;

	for (unsigned i = 0; i < spares->n; i++) {
		if (!has_symbols(&spares->list[i]))
			continue;
		items[n++] = spares->list[i].keycode;
		for (int level = 0; level < KEYMAP_LEVELS; level++)
			items[n++] = spares->list[i].symbols[level];
	}
	XChangeProperty(x, DefaultRootWindow(x), spares->property, XA_CARDINAL, 32, PropModeReplace,
			(unsigned char *)items, (int)n);
}

uint8_t spare_keys_type(const struct keymap *keymap)
{
	const struct keymap_state nothing = { 0 };
	uint8_t may_use = KEYMAP_SHIFT | KEYMAP_LOCK, best = 0;
	int most = 0;

	for (int i = 0; i < KEYMAP_SHIFTERS; i++)
		may_use |= keymap->shifters[i].mask;
	for (unsigned i = 0; i < keymap->n_types && i <= UINT8_MAX; i++) {
		uint8_t uses = keymap->types[i].consumed[0];
		int n = __builtin_popcount(keymap_levels(keymap, &nothing, (uint8_t)i));

		/* With a type that uses Lock, no toolkit converts the letter to upper case itself.
		 */
		if (n > most && uses & KEYMAP_LOCK && !(uses & (uint8_t)~may_use)) {
			most = n;
			best = (uint8_t)i;
		}
	}
	return best;
}

/* ---- which keysym goes where ---- */

/* Levels that may be used, a bit for each, and the one that needs no other modifiers. */
struct levels {
	uint32_t set, current;
};

/* How well a key suits: what counts most comes first. */
struct room {
	unsigned empty, free; /* levels, at most as many as are needed; `free` has the empty ones */
	unsigned first;	      /* the place, among all, of the first that is empty */
	uint64_t oldest;      /* the last use of the one that was used least recently */
};

static bool is_better(const struct room *a, const struct room *b)
{
	if (a->empty != b->empty)
		return a->empty > b->empty;
	if (a->free != b->free)
		return a->free > b->free;
	if (a->first != b->first)
		return a->first < b->first;
	return a->oldest < b->oldest;
}

/* How many keysyms were used since the time `when`, by it included. */
static unsigned count_used_since(const struct spare_keys *spares, uint64_t when)
{
	unsigned n = 0;

	for (unsigned i = 0; i < spares->n; i++)
		for (int level = 0; level < KEYMAP_LEVELS; level++)
			n += spares->list[i].last_used[level] >= when &&
			     spares->list[i].symbols[level];
	return n;
}

/* Whether every program must have read the events of that level by now. */
static bool is_free(const struct spare_keys *spares, const struct spare_key *spare, unsigned level,
		    uint64_t now)
{
	const uint64_t used = spare->last_used[level], age = now - used;
	const Window window = spare->typed_into[level];

	if (!spare->symbols[level] || !used)
		return true;
	if (spare->is_read[level])
		return age >= SPARE_KEYS_SOON;
	if (window && window == spares->answering)
		return age >= SPARE_KEYS_HUNG;
	return age >= SPARE_KEYS_BUSY &&
	       age >= SPARE_KEYS_BUSY + SPARE_KEYS_PER_KEY * count_used_since(spares, used);
}

static struct levels free_levels(const struct spare_keys *spares, const struct spare_key *spare,
				 struct levels among, uint64_t now)
{
	struct levels levels = { .current = among.current };

	for (unsigned level = 0; level < KEYMAP_LEVELS; level++)
		if (among.set >> level & 1 && is_free(spares, spare, level, now))
			levels.set |= UINT32_C(1) << level;
	return levels;
}

static struct room measure(const struct spare_key *spare, struct levels levels, unsigned needed)
{
	struct room room = { .first = KEYMAP_LEVELS, .oldest = UINT64_MAX };

	for (unsigned place = 0; place < KEYMAP_LEVELS; place++) {
		unsigned level = place ^ levels.current;

		if (!(levels.set >> level & 1))
			continue;
		room.free += room.free < needed;
		if (spare->last_used[level] < room.oldest)
			room.oldest = spare->last_used[level];
		if (spare->symbols[level])
			continue;
		room.empty += room.empty < needed;
		if (room.first == KEYMAP_LEVELS)
			room.first = place;
	}
	return room;
}

/* The level for a keysym: an empty one, or the least recently used. `levels` is not empty. */
static unsigned find_level(const struct spare_key *spare, struct levels levels)
{
	unsigned best = KEYMAP_LEVELS;

	for (unsigned place = 0; place < KEYMAP_LEVELS; place++) {
		unsigned level = place ^ levels.current;

		if (!(levels.set >> level & 1))
			continue;
		if (!spare->symbols[level])
			return level;
		if (best == KEYMAP_LEVELS || spare->last_used[level] < spare->last_used[best])
			best = level;
	}
	return best;
}

/* The levels, of which the next one is Shift's, that a letter can share with its other case. */
static uint32_t pairs_of(uint32_t levels)
{
	return levels & (levels >> 1) & 0x55;
}

static void set_symbol(struct spare_key *spare, unsigned level, uint32_t keysym, uint64_t now)
{
	spare->symbols[level] = keysym;
	spare->last_used[level] = now;
	spare->typed_into[level] = None;
	spare->is_read[level] = false;
}

/* Puts `keysym` on one of `levels`, and takes that away from them. */
static void put(struct spare_key *spare, struct levels *levels, uint32_t keysym, uint64_t now)
{
	uint32_t lower = keysym_lower(keysym), upper = keysym_upper(keysym);
	struct levels pairs = { pairs_of(levels->set), levels->current };
	bool is_pair = lower != upper && keysym_upper(lower) == upper &&
		       keysym_lower(upper) == lower && pairs.set;
	unsigned level = find_level(spare, is_pair ? pairs : *levels);

	levels->set &= ~(UINT32_C(1) << level);
	if (!is_pair) {
		set_symbol(spare, level, keysym, now);
		return;
	}
	/* Nothing has typed the other case yet. */
	set_symbol(spare, level, lower, keysym == lower ? now : 0);
	set_symbol(spare, level + 1, upper, keysym == upper ? now : 0);
	levels->set &= ~(UINT32_C(2) << level);
}

static bool has_symbol(const struct spare_key *spare, struct levels among, uint32_t keysym)
{
	for (int level = 0; level < KEYMAP_LEVELS; level++)
		if (among.set >> level & 1 && spare->symbols[level] == keysym)
			return true;
	return false;
}

static bool are_all_held(const struct spare_keys *spares, const uint8_t *held)
{
	for (unsigned i = 0; i < spares->n; i++)
		if (!held[spares->list[i].keycode])
			return false;
	return true;
}

/*
 * The key with the most room on `among`; -1: none has any. One that is held may repeat what it
 * types. But if all are, keys that a viewer releases later might be waiting for one.
 */
static int find_key(const struct spare_keys *spares, const struct spare_keys_request *request,
		    struct levels among, uint64_t now)
{
	const bool may_be_held = are_all_held(spares, request->held);
	struct room best = { 0 };
	int found = -1;

	for (unsigned i = 0; i < spares->n; i++) {
		const struct spare_key *spare = &spares->list[i];

		if (request->held[spare->keycode] && !may_be_held)
			continue;
		struct room room = measure(spare, free_levels(spares, spare, among, now),
					   2 * request->n); /* a letter and its other case */
		if (room.free && (found < 0 || is_better(&room, &best))) {
			best = room;
			found = (int)i;
		}
	}
	return found;
}

/* The levels of spare keys that can be reached from the state. */
static struct levels reachable(const struct keymap *keymap, const struct keymap_state *state)
{
	const uint8_t type = spare_keys_type(keymap);
	const uint8_t modifiers = state->modifiers & (uint8_t)~keymap->commands;

	return (struct levels){ .set = keymap_levels(keymap, state, type),
				.current = keymap->types[type].level[modifiers] % KEYMAP_LEVELS };
}

int spare_keys_choose(struct spare_keys *spares, const struct spare_keys_request *request,
		      uint64_t now)
{
	const struct levels among = reachable(request->keymap, request->state);

	if (!spares->n || !among.set)
		return -ENOENT;
	if (spares->last_change && now - spares->last_change < SPARE_KEYS_PACE)
		return -EAGAIN;
	int i = find_key(spares, request, among, now);
	if (i < 0)
		return -EBUSY;
	struct spare_key *spare = &spares->list[i];
	struct levels levels = free_levels(spares, spare, among, now);
	for (unsigned k = 0; k < request->n && levels.set; k++)
		if (!has_symbol(spare, among, request->keysyms[k]))
			put(spare, &levels, request->keysyms[k], now);
	spares->last_change = now;
	return i;
}

int spare_keys_assign(struct spare_keys *spares, Display *x,
		      const struct spare_keys_request *request, uint64_t now)
{
	int i = spare_keys_choose(spares, request, now);

	if (i < 0)
		return i;
	int r = xkb_map_assign(x, spares->keyboard, spares->list[i].keycode,
			       spare_keys_type(request->keymap), spares->list[i].symbols);
	if (r < 0)
		return r;
	publish(spares, x);
	return 0;
}

bool spare_keys_has(const struct spare_keys *spares, uint8_t keycode)
{
	for (unsigned i = 0; i < spares->n; i++)
		if (spares->list[i].keycode == keycode)
			return true;
	return false;
}

void spare_keys_note_use(struct spare_keys *spares, uint8_t keycode, uint32_t keysym, Window window,
			 uint64_t now)
{
	for (unsigned i = 0; i < spares->n; i++) {
		struct spare_key *spare = &spares->list[i];

		for (int level = 0; spare->keycode == keycode && level < KEYMAP_LEVELS; level++) {
			if (!spare->symbols[level] || spare->symbols[level] != keysym)
				continue;
			spare->is_read[level] = false;
			spare->typed_into[level] = window;
			spare->last_used[level] = now;
		}
	}
}

void spare_keys_note_window(struct spare_keys *spares, Window window, bool answers)
{
	spares->answering = answers ? window : None;
}

void spare_keys_note_read(struct spare_keys *spares, Window window, uint64_t until)
{
	for (unsigned i = 0; i < spares->n; i++) {
		struct spare_key *spare = &spares->list[i];

		for (int level = 0; level < KEYMAP_LEVELS; level++)
			if (spare->typed_into[level] == window && spare->last_used[level] < until)
				spare->is_read[level] = true;
	}
}
