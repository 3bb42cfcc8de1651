/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <X11/XKBlib.h>
#include <X11/keysym.h>

#include "input/keysym.h"
#include "input/spare_keys.h"
#include "input/xkb_map.h"
#include "tests/scraper/keymap_fixture.h"
#include "tests/scraper/xvfb.h"

enum { HAN = 0x01004e00, FIRST = KEY_SPARE, SECOND = KEY_SPARE - 1, BEGIN = 1000000 };

static struct keymap keymap;
static struct keymap_state modifiers;
static struct spare_keys spares;
static uint8_t held[KEYMAP_KEYS];
static uint64_t now;

/* Two spare keys with four levels. */
static int setup(void **state)
{
	(void)state;
	keymap_fixture(&keymap);
	keymap.keys[SECOND].is_free = true;
	spares = (struct spare_keys){ 0 };
	modifiers = (struct keymap_state){ 0 };
	memset(held, 0, sizeof(held));
	now = BEGIN;
	spare_keys_check(&spares, &keymap);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	keymap_finish(&keymap);
	return 0;
}

static int choose(const uint32_t *keysyms, unsigned n)
{
	const struct spare_keys_request request = { &keymap, &modifiers, held, keysyms, n };

	return spare_keys_choose(&spares, &request, now);
}

/* Chooses for one keysym, when the time for the next change has come: keycode << 4 | level. */
static int choose_one(uint32_t keysym)
{
	now += SPARE_KEYS_PACE;
	int i = choose(&keysym, 1);

	if (i < 0)
		return i;
	for (int level = KEYMAP_LEVELS - 1; level >= 0; level--)
		if (spares.list[i].symbols[level] == keysym &&
		    spares.list[i].last_used[level] == now)
			return spares.list[i].keycode << 4 | level;
	return -EINVAL;
}

static void fill(void)
{
	for (uint32_t i = 0; i < 8; i++)
		assert_true(choose_one(HAN + i) > 0);
}

static void test_type(void **state)
{
	(void)state;
	assert_int_equal(spare_keys_type(&keymap), keymap.n_types - 1);
	keymap.shifters[1].mask = 0;
	assert_int_equal(spare_keys_type(&keymap), 2); /* ALPHABETIC: the first of two levels */
}

static void test_check(void **state)
{
	(void)state;
	assert_int_equal(spares.n, 2);
	assert_int_equal(spares.list[0].keycode, FIRST);
	assert_int_equal(spares.list[1].keycode, SECOND);

	/* One that has its keysym stays, and one that means something else by now is dropped. */
	assert_int_equal(choose_one(HAN), FIRST << 4);
	assert_int_equal(choose_one(HAN + 1), SECOND << 4);
	keymap.keys[FIRST] = keymap.keys[SECOND] = (struct keymap_key){
		.n_groups = 1, .groups = { { .symbols = { HAN } } }
	};
	spare_keys_check(&spares, &keymap);
	assert_int_equal(spares.n, 1);
	assert_int_equal(spares.list[0].keycode, FIRST);

	for (int keycode = 100; keycode < 200; keycode++)
		keymap.keys[keycode].is_free = true;
	spare_keys_check(&spares, &keymap);
	assert_int_equal(spares.n, SPARE_KEYS_MAX);
	assert_int_equal(spares.list[SPARE_KEYS_MAX - 1].keycode, 200 - (SPARE_KEYS_MAX - 1));
}

static void test_one_by_one(void **state)
{
	(void)state;
	for (uint32_t level = 0; level < 4; level++) {
		assert_int_equal(choose_one(HAN + 2 * level), FIRST << 4 | level);
		assert_int_equal(choose_one(HAN + 2 * level + 1), SECOND << 4 | level);
	}
	assert_int_equal(choose_one(HAN + 8), -EBUSY);
}

static void test_many_at_once(void **state)
{
	const uint32_t ef = keysym_canonical(XK_Cyrillic_ef);
	const uint32_t keysyms[] = { HAN, HAN, HAN + 1, ef, HAN + 2, HAN + 3 };
	const uint32_t expected[KEYMAP_LEVELS] = { HAN, HAN + 1, HAN + 2, HAN + 3 };

	(void)state;
	/* The letter takes two levels, so the last two find no room. */
	assert_int_equal(choose(keysyms, 6), 0);
	assert_int_equal(spares.list[0].symbols[0], HAN);
	assert_int_equal(spares.list[0].symbols[1], HAN + 1);
	assert_int_equal(spares.list[0].symbols[2], ef);
	assert_int_equal(spares.list[0].symbols[3], keysym_upper(ef));
	now += SPARE_KEYS_PACE;
	assert_int_equal(choose((uint32_t[]){ HAN, HAN + 1, HAN + 2, HAN + 3 }, 4), 1);
	assert_memory_equal(spares.list[1].symbols, expected, sizeof(expected));
}

static void test_pace(void **state)
{
	const uint32_t keysyms[] = { HAN, HAN + 1 };

	(void)state;
	assert_int_equal(choose(keysyms, 1), 0);
	now += SPARE_KEYS_PACE - 1;
	assert_int_equal(choose(keysyms + 1, 1), -EAGAIN);
	now += 1;
	assert_int_equal(choose(keysyms + 1, 1), 1);
}

static void test_letters(void **state)
{
	const uint32_t lower = keysym_canonical(XK_lstroke), upper = keysym_canonical(XK_Lstroke);

	(void)state;
	assert_int_equal(choose_one(HAN), FIRST << 4);
	assert_int_equal(choose_one(upper), SECOND << 4 | 1);
	assert_int_equal(spares.list[1].symbols[0], lower);
	/* The lower case of the micro sign's upper case is another letter. */
	assert_int_equal(choose_one(XK_mu), FIRST << 4 | 1);
	/* Only the lower case can be reached. */
	modifiers.modifiers = MOD_SHIFT | MOD_ALTGR;
	assert_int_equal(choose_one(lower), FIRST << 4 | 3);
	assert_int_equal(spares.list[0].symbols[2], 0);
}

static void test_reuse(void **state)
{
	(void)state;
	fill();
	const uint64_t first = now - 7 * SPARE_KEYS_PACE, due = SPARE_KEYS_BUSY;
	/* The least recently used one was followed by seven, and itself counts. */
	now = first + due + 8 * SPARE_KEYS_PER_KEY - 1 - SPARE_KEYS_PACE;
	assert_int_equal(choose_one(HAN + 8), -EBUSY);
	now -= SPARE_KEYS_PACE - 1;
	assert_int_equal(choose_one(HAN + 8), FIRST << 4);
	/* What was typed again meanwhile is not replaced. */
	now += 100000;
	spare_keys_note_use(&spares, SECOND, HAN + 1, None, now);
	spare_keys_note_use(&spares, SECOND, HAN + 2, None, now); /* on the other key */
	assert_int_equal(choose_one(HAN + 9), FIRST << 4 | 1);
	assert_int_equal(choose_one(HAN + 10), SECOND << 4 | 1);
}

/* Types what fill() has assigned, each into a window of its own. */
static void type_into(Window first)
{
	for (uint32_t i = 0; i < 8; i++) {
		uint8_t keycode = i % 2 ? SECOND : FIRST;

		assert_true(spare_keys_has(&spares, keycode));
		spare_keys_note_use(&spares, keycode, HAN + i, first + i, now);
	}
	assert_false(spare_keys_has(&spares, KEY_A));
}

static void test_a_program_has_read(void **state)
{
	(void)state;
	fill();
	type_into(100);
	/* What was typed at that very time may have been typed after the question. */
	spare_keys_note_read(&spares, 101, now);
	now += SPARE_KEYS_SOON;
	assert_int_equal(choose_one(HAN + 8), -EBUSY);
	spare_keys_note_read(&spares, 101, now);
	assert_int_equal(choose_one(HAN + 8), SECOND << 4);
	assert_int_equal(choose_one(HAN + 9), -EBUSY);
	/* Typed again, and not read yet. */
	spare_keys_note_read(&spares, 102, now);
	spare_keys_note_use(&spares, FIRST, HAN + 2, 102, now);
	now += SPARE_KEYS_SOON;
	assert_int_equal(choose_one(HAN + 9), -EBUSY);
}

static void test_what_may_have_got_it_instead(void **state)
{
	(void)state;
	fill();
	type_into(100);
	spare_keys_note_read(&spares, 100, now + 1);
	now += SPARE_KEYS_SOON - 1 - SPARE_KEYS_PACE;
	assert_int_equal(choose_one(HAN + 8), -EBUSY);
	now -= SPARE_KEYS_PACE - 1;
	assert_int_equal(choose_one(HAN + 8), FIRST << 4);
}

static void test_a_program_that_answers_is_awaited(void **state)
{
	(void)state;
	fill();
	for (uint32_t i = 0; i < 8; i++)
		spare_keys_note_use(&spares, i % 2 ? SECOND : FIRST, HAN + i, 100, now);
	const uint64_t typed = now;
	spare_keys_note_window(&spares, 100, true);
	now = typed + SPARE_KEYS_HUNG - 1 - SPARE_KEYS_PACE;
	assert_int_equal(choose_one(HAN + 8), -EBUSY);
	now -= SPARE_KEYS_PACE - 1;
	assert_int_equal(choose_one(HAN + 8), FIRST << 4);
}

static void test_a_program_that_loses_the_focus(void **state)
{
	(void)state;
	fill();
	for (uint32_t i = 0; i < 8; i++)
		spare_keys_note_use(&spares, i % 2 ? SECOND : FIRST, HAN + i, 100, now);
	spare_keys_note_window(&spares, 100, true);
	now += SPARE_KEYS_BUSY + 8 * SPARE_KEYS_PER_KEY;
	assert_int_equal(choose_one(HAN + 8), -EBUSY);
	spare_keys_note_window(&spares, 99, false); /* another one has the focus now */
	assert_int_equal(choose_one(HAN + 8), FIRST << 4);
}

static void test_held_keys(void **state)
{
	(void)state;
	fill();
	now += 100000;
	held[FIRST] = 1;
	assert_int_equal(choose_one(HAN + 8), SECOND << 4);
	/* All are held: keys that release them might be waiting behind this one. */
	held[SECOND] = 1;
	assert_int_equal(choose_one(HAN + 9), FIRST << 4);
}

static void test_shift_is_locked(void **state)
{
	(void)state;
	assert_int_equal(choose_one(HAN), FIRST << 4);
	modifiers.modifiers = MOD_SHIFT;
	assert_int_equal(choose_one(XK_a), FIRST << 4 | 1);
	/* It is on a level already, but that cannot be reached. */
	assert_int_equal(choose_one(HAN), SECOND << 4 | 1);
	modifiers = (struct keymap_state){ MOD_SHIFT, MOD_SHIFT, 0 };
	assert_int_equal(choose_one(HAN + 1), SECOND << 4 | 0);
	/* That which needs no other modifiers first. */
	assert_int_equal(choose_one(HAN + 2), FIRST << 4 | 3);
}

static void test_none(void **state)
{
	(void)state;
	spares.n = 0;
	assert_int_equal(choose_one(HAN), -ENOENT);
}

/* What one scraper has assigned on a real X server, the next one knows. */
static void test_property(void **state)
{
	const uint32_t keysyms[] = { HAN, HAN + 1, keysym_canonical(XK_Cyrillic_ef) };
	struct keymap real = { 0 };
	struct spare_keys next;
	struct xvfb xvfb;

	(void)state;
	if (xvfb_start(&xvfb) < 0)
		skip();
	Display *x = XOpenDisplay(xvfb.display);
	assert_non_null(x);
	unsigned keyboard = xkb_map_keyboard(x);
	assert_int_not_equal(keyboard, XkbUseCoreKbd);
	assert_int_equal(xkb_map_load(x, keyboard, &real), 0);
	spare_keys_init(&spares, x, keyboard);
	spare_keys_check(&spares, &real);
	assert_true(spares.n > 1);
	const struct spare_keys_request request = { &real, &modifiers, held, keysyms, 3 };
	assert_int_equal(spare_keys_assign(&spares, x, &request, now), 0);

	assert_int_equal(xkb_map_load(x, keyboard, &real), 0);
	spare_keys_init(&next, x, keyboard);
	assert_int_equal(next.n, 1);
	spare_keys_check(&next, &real);
	assert_int_equal(next.n, spares.n);
	assert_int_equal(next.list[0].keycode, spares.list[0].keycode);
	assert_memory_equal(next.list[0].symbols, spares.list[0].symbols,
			    sizeof(next.list[0].symbols));
	for (unsigned i = 0; i < 3; i++)
		assert_true(keymap_key_has(&real, next.list[0].keycode, keysyms[i]));
	keymap_finish(&real);
	XCloseDisplay(x);
	xvfb_stop(&xvfb);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_type),
		TEST(test_check),
		TEST(test_one_by_one),
		TEST(test_many_at_once),
		TEST(test_pace),
		TEST(test_letters),
		TEST(test_a_program_has_read),
		TEST(test_what_may_have_got_it_instead),
		TEST(test_a_program_that_answers_is_awaited),
		TEST(test_a_program_that_loses_the_focus),
		TEST(test_reuse),
		TEST(test_held_keys),
		TEST(test_shift_is_locked),
		TEST(test_none),
		TEST(test_property),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
