/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shortcut.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <wchar.h>

#include "keysym.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The American keyboard, without and with Shift: keycodes 10 to 21, 24 to 35, 38 to 49, 51 to 61.
 */
static const char plain[] = "1234567890-="
			    "qwertyuiop[]"
			    "asdfghjkl;'`"
			    "\\zxcvbnm,./";
static const char shifted[] = "!@#$%^&*()_+"
			      "QWERTYUIOP{}"
			      "ASDFGHJKL:\"~"
			      "|ZXCVBNM<>?";

/* Letters and, one for each of them, the key that has them. A letter stands where it comes first.
 */
static const struct {
	const wchar_t *letters;
	const char *keys;
} standard[] = {
	{ L"йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" },
	{ L"іїєґў", "s]'\\o" },	       /* Ukrainian, Belarusian */
	{ L"љњђјћѕџѓќ", "qw]j'yx]'" }, /* Serbian, Macedonian */
	{ L"ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm" },
	{ L"άέήίόύώϊϋΐΰ", "aehioyviyiy" }, /* typed with a dead key */
	{ L"קראטוןםפשדגכעיחלךףזסבהנמצתץ", "ertyuiopasdfghjkl;zxcvbnm,." },
	{ L"ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظذ", "qwertyuiop[]asdfghjkl;'zxcvnm,./`" },
	{ L"\xfefb\xfef7\xfef9\xfef5", "bbbb" }, /* lam and alef */
	{ L"یکگپچژ", "d;'m]c" },		 /* Persian */
	{ L"٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789" },
};

/* Whether it belongs to a script that is not Latin; symbols, such as the euro sign, do not. */
static bool is_of_other_script(uint32_t character)
{
	static const struct {
		uint32_t first, last;
	} blocks[] = {
		{ 0x370, 0x1cff },    /* Greek to Vedic */
		{ 0x1f00, 0x1fff },   /* Greek with accents */
		{ 0x2d00, 0x2dff },   /* Georgian to Cyrillic */
		{ 0x3041, 0xa71f },   /* kana, bopomofo, jamo, Han, Yi... */
		{ 0xa800, 0xd7ff },   /* Indian scripts, Hangul */
		{ 0xf900, 0xfaff },   /* Han */
		{ 0xfb13, 0xfdff },   /* Armenian, Hebrew, Arabic */
		{ 0xfe70, 0xfeff },   /* Arabic */
		{ 0xff66, 0xffdc },   /* kana and jamo, half as wide */
		{ 0x10300, 0x1cfff }, /* old and rare scripts */
	};

	for (size_t i = 0; i < COUNT(blocks); i++)
		if (character >= blocks[i].first && character <= blocks[i].last)
			return true;
	return false;
}

/* The index in `plain` of the key at `position`, or -1. */
static int find_by_position(uint8_t position)
{
	static const struct {
		uint8_t first, last, index;
	} rows[] = { { 10, 21, 0 }, { 24, 35, 12 }, { 38, 49, 24 }, { 51, 61, 36 } };

	for (size_t i = 0; i < COUNT(rows); i++)
		if (position >= rows[i].first && position <= rows[i].last)
			return rows[i].index + position - rows[i].first;
	return -1;
}

/* The same for the standard place of a letter. */
static int find_by_letter(uint32_t character)
{
	for (size_t i = 0; i < COUNT(standard); i++) {
		const wchar_t *found = wcschr(standard[i].letters, (wchar_t)character);

		if (found)
			return (int)(strchr(plain, standard[i].keys[found - standard[i].letters]) -
				     plain);
	}
	return -1;
}

uint32_t shortcut_keysym(uint32_t keysym, uint8_t position, bool shift)
{
	uint32_t character = keysym_character(keysym_lower(keysym));

	if (!is_of_other_script(character))
		return 0;
	int key = position ? find_by_position(position) : find_by_letter(character);
	if (key < 0)
		return 0;
	return (uint8_t)(shift ? shifted : plain)[key];
}

uint32_t shortcut_translate(const struct keymap *keymap, const struct keymap_state *state,
			    const struct spare_keys *spares, uint32_t keysym, uint8_t position)
{
	struct keymap_plan how;

	if (!(state->modifiers & keymap->commands))
		return keysym;
	uint32_t latin = shortcut_keysym(keysym, position, state->modifiers & KEYMAP_SHIFT);
	if (!latin)
		return keysym;
	if (keymap_plan(keymap, state, keysym, 0, &how) == 0 &&
	    !spare_keys_has(spares, how.keycode) &&
	    (how.group == state->group || keymap_plan(keymap, state, latin, 0, &how) == -ENOENT))
		return keysym;
	return latin;
}
