/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <X11/keysym.h>

#include "input/shortcut.h"
#include "tests/scraper/keymap_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { UNICODE = 0x01000000 };

struct sample {
	uint32_t keysym;
	uint8_t position;
	bool shift;
	uint32_t expected;
};

static void check(const struct sample *samples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t got = shortcut_keysym(samples[i].keysym, samples[i].position,
					       samples[i].shift);

		if (got != samples[i].expected)
			fail_msg("keysym 0x%x at %u: 0x%x", samples[i].keysym, samples[i].position,
				 got);
	}
}

/* All that Ctrl+A, C, S, V, X and Z are on the keyboards of the four scripts. */
static void test_standard_places(void **state)
{
	static const struct sample samples[] = {
		{ XK_Cyrillic_ef, 0, false, 'a' },
		{ XK_Cyrillic_es, 0, false, 'c' },
		{ XK_Cyrillic_yeru, 0, false, 's' },
		{ XK_Cyrillic_em, 0, false, 'v' },
		{ XK_Cyrillic_che, 0, false, 'x' },
		{ XK_Cyrillic_ya, 0, false, 'z' },
		{ XK_Ukrainian_i, 0, false, 's' },
		{ XK_Cyrillic_ha, 0, false, '[' },
		{ XK_Greek_alpha, 0, false, 'a' },
		{ XK_Greek_psi, 0, false, 'c' },
		{ XK_Greek_sigma, 0, false, 's' },
		{ XK_Greek_finalsmallsigma, 0, false, 'w' },
		{ XK_Greek_omega, 0, false, 'v' },
		{ XK_Greek_chi, 0, false, 'x' },
		{ XK_Greek_zeta, 0, false, 'z' },
		{ XK_hebrew_shin, 0, false, 'a' },
		{ XK_hebrew_bet, 0, false, 'c' },
		{ XK_hebrew_dalet, 0, false, 's' },
		{ XK_hebrew_he, 0, false, 'v' },
		{ XK_hebrew_samech, 0, false, 'x' },
		{ XK_hebrew_zain, 0, false, 'z' },
		{ XK_Arabic_sheen, 0, false, 'a' },
		{ XK_Arabic_hamzaonwaw, 0, false, 'c' },
		{ XK_Arabic_seen, 0, false, 's' },
		{ XK_Arabic_ra, 0, false, 'v' },
		{ XK_Arabic_hamza, 0, false, 'x' },
		{ XK_Arabic_hamzaonyeh, 0, false, 'z' },
		{ UNICODE | 0xfefb, 0, false, 'b' },
		{ XK_Farsi_yeh, 0, false, 'd' },
		{ XK_Arabic_3, 0, false, '3' },
	};

	(void)state;
	check(samples, COUNT(samples));
}

static void test_keysyms_of_all_kinds(void **state)
{
	static const struct sample samples[] = {
		{ UNICODE | 0x441, 0, false, 'c' },
		{ UNICODE | 0x421, 0, false, 'c' }, /* Caps Lock at the viewer */
		{ UNICODE | 0x421, 0, true, 'C' },
		{ XK_Cyrillic_ES, 0, true, 'C' },
		{ XK_Cyrillic_ha, 0, true, '{' },
		{ XK_Greek_OMEGA, 0, true, 'V' },
		{ XK_Greek_omegaaccent, 0, false, 'v' },
	};

	(void)state;
	check(samples, COUNT(samples));
}

static void test_scan_codes(void **state)
{
	static const struct sample samples[] = {
		/* A phonetic keyboard: es is on the key S. */
		{ XK_Cyrillic_es, 39, false, 's' },
		{ XK_Cyrillic_es, 54, false, 'c' },
		{ XK_Hangul_Cieuc, 54, false, 'c' },
		{ XK_kana_SO, 54, false, 'c' },
		{ UNICODE | 0xe41, 54, false, 'c' },
		/* The corners. */
		{ XK_Cyrillic_es, 10, false, '1' },
		{ XK_Cyrillic_es, 21, true, '+' },
		{ XK_Cyrillic_es, 24, false, 'q' },
		{ XK_Cyrillic_es, 35, false, ']' },
		{ XK_Cyrillic_es, 38, true, 'A' },
		{ XK_Cyrillic_es, 48, false, '\'' },
		{ XK_Cyrillic_es, 49, false, '`' },
		{ XK_Cyrillic_es, 51, false, '\\' },
		{ XK_Cyrillic_es, 52, false, 'z' },
		{ XK_Cyrillic_es, 61, true, '?' },
		/* Keys without a character. */
		{ XK_Cyrillic_es, 9, false, 0 },
		{ XK_Cyrillic_es, 22, false, 0 },
		{ XK_Cyrillic_es, 23, false, 0 },
		{ XK_Cyrillic_es, 36, false, 0 },
		{ XK_Cyrillic_es, 37, false, 0 },
		{ XK_Cyrillic_es, 50, false, 0 },
		{ XK_Cyrillic_es, 62, false, 0 },
		{ XK_Cyrillic_es, 255, false, 0 },
	};

	(void)state;
	check(samples, COUNT(samples));
}

static void test_what_is_left_alone(void **state)
{
	static const uint32_t keysyms[] = { 0,
					    XK_c,
					    XK_C,
					    XK_1,
					    XK_eacute,
					    XK_lstroke,
					    XK_EuroSign,
					    XK_NewSheqelSign,
					    XK_F1,
					    XK_Return,
					    XK_Control_L,
					    XK_KP_1,
					    XK_dead_acute,
					    XK_VoidSymbol,
					    0xffffffff,
					    UNICODE | 0x1ebf,
					    UNICODE | 0x2192,
					    UNICODE | 0x1f600 };

	(void)state;
	for (size_t i = 0; i < COUNT(keysyms); i++) {
		assert_int_equal(shortcut_keysym(keysyms[i], 0, false), 0);
		assert_int_equal(shortcut_keysym(keysyms[i], 54, false), 0);
	}
	/* Of another script, but not in the tables. */
	assert_int_equal(shortcut_keysym(UNICODE | 0xe41, 0, false), 0);
}

/* On a keyboard with Latin and Cyrillic A, and as little else. */
static void test_translate(void **state)
{
	static const struct {
		const char *what;
		uint8_t modifiers, group;
		uint32_t keysym, expected;
	} cases[] = {
		{ "no shortcut", 0, 0, XK_Cyrillic_ef, XK_Cyrillic_ef },
		{ "Shift is none", MOD_SHIFT, 0, XK_Cyrillic_ef, XK_Cyrillic_ef },
		{ "in another group", MOD_CONTROL, 0, XK_Cyrillic_ef, XK_a },
		{ "in this group", MOD_CONTROL, 1, XK_Cyrillic_ef, XK_Cyrillic_ef },
		{ "Latin", MOD_CONTROL, 1, XK_a, XK_a },
		{ "on no key", MOD_ALT, 0, XK_Greek_alpha, XK_a },
		{ "on no key, from the other group", MOD_SUPER, 1, XK_Greek_alpha, XK_a },
		{ "neither has a key", MOD_CONTROL, 0, XK_Cyrillic_es, 'c' },
		{ "Shift", MOD_CONTROL | MOD_SHIFT, 0, XK_Cyrillic_ef, XK_A },
		{ "on a spare key", MOD_CONTROL, 0, XK_Cyrillic_zhe, XK_semicolon },
	};
	const struct spare_keys spares = { .list = { { .keycode = KEY_SPARE } }, .n = 1 };
	struct keymap keymap;

	(void)state;
	keymap_fixture(&keymap);
	keymap.keys[KEY_SPARE].n_groups = 1;
	keymap.keys[KEY_SPARE].groups[0].symbols[0] = 0x01000436; /* as was typed before */
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct keymap_state now = { cases[i].modifiers, cases[i].modifiers,
						  cases[i].group };
		uint32_t got = shortcut_translate(&keymap, &now, &spares, cases[i].keysym, 0);

		if (got != cases[i].expected)
			fail_msg("%s: 0x%x", cases[i].what, got);
	}
	/* Only the letter itself has a key, in the other group. */
	keymap.keys[KEY_A].groups[0].symbols[0] = keymap.keys[KEY_A].groups[0].symbols[1] = XK_b;
	const struct keymap_state control = { MOD_CONTROL, MOD_CONTROL, 0 };
	assert_int_equal(shortcut_translate(&keymap, &control, &spares, XK_Cyrillic_ef, 0),
			 XK_Cyrillic_ef);
	keymap_finish(&keymap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_standard_places), cmocka_unit_test(test_keysyms_of_all_kinds),
		cmocka_unit_test(test_scan_codes),	cmocka_unit_test(test_what_is_left_alone),
		cmocka_unit_test(test_translate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
