/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keysym.h"

#include <string.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>
#include <xkbcommon/xkbcommon.h>

enum {
	UNICODE = 0x01000000, /* plus the character: a Unicode keysym */
	FUNCTION_FIRST = 0xff00,
	FUNCTION_LAST = 0xffff,
	SERVER_ACTION_FIRST = 0x1008fe01, /* XF86Switch_VT_1 */
	SERVER_ACTION_LAST = 0x1008feff,
	DEAD_LAST = 0xfe93,
	KEYSYM_LAST = 0x1fffffff,
};

uint32_t keysym_character(uint32_t keysym)
{
	if (keysym >= FUNCTION_FIRST && keysym <= FUNCTION_LAST)
		return 0;
	uint32_t character = xkb_keysym_to_utf32(keysym);
	return character < 0x20 || character == 0x7f ? 0 : character;
}

uint32_t keysym_canonical(uint32_t keysym)
{
	/* Some viewers send Backspace, Tab, Return and Escape in ASCII. */
	if (keysym == 0x08 || keysym == 0x09 || keysym == 0x0d || keysym == 0x1b)
		return FUNCTION_FIRST | keysym;
	/* Latin-1 characters have no Unicode keysym, but some viewers send one. */
	if (keysym >= UNICODE + 0x20 && keysym < UNICODE + 0x100)
		keysym -= UNICODE;
	uint32_t character = keysym_character(keysym);
	if (!character)
		return keysym;
	return character < 0x100 ? character : UNICODE | character;
}

uint32_t keysym_lower(uint32_t keysym)
{
	return keysym_canonical(xkb_keysym_to_lower(keysym));
}

uint32_t keysym_upper(uint32_t keysym)
{
	return keysym_canonical(xkb_keysym_to_upper(keysym));
}

uint32_t keysym_with_lock(uint32_t keysym)
{
	const uint32_t by_xkbcommon = keysym_upper(keysym);
	KeySym lower, upper;

	XConvertCase(keysym, &lower, &upper);
	const uint32_t by_xlib = keysym_canonical((uint32_t)upper);
	/* GTK leaves the letters of Latin-1 alone whose upper case is not in Latin-1: ß, µ, ÿ. */
	const uint32_t by_gtk = keysym < 0x100 && by_xlib > 0xff ? keysym : by_xlib;
	return by_xlib == by_xkbcommon && by_xlib == by_gtk ? by_xlib : 0;
}

bool keysym_is_modifier(uint32_t keysym)
{
	return keysym_is_command(keysym) || keysym == XK_Shift_L || keysym == XK_Shift_R ||
	       keysym == XK_ISO_Level3_Shift || keysym == XK_ISO_Level5_Shift ||
	       keysym == XK_Mode_switch;
}

bool keysym_is_lock(uint32_t keysym)
{
	if (keysym >= XK_ISO_Lock && keysym < XK_ISO_Left_Tab)
		return !keysym_is_modifier(keysym);
	return keysym == XK_Caps_Lock || keysym == XK_Shift_Lock || keysym == XK_Num_Lock ||
	       keysym == XK_Scroll_Lock || keysym == XK_Kana_Lock ||
	       (keysym >= XK_AccessX_Enable && keysym <= XK_AudibleBell_Enable) ||
	       (keysym >= XK_First_Virtual_Screen && keysym <= XK_Last_Virtual_Screen) ||
	       (keysym >= XK_Pointer_Left && keysym <= XK_Pointer_Drag5);
}

bool keysym_is_dead(uint32_t keysym)
{
	return keysym >= XK_dead_grave && keysym <= DEAD_LAST;
}

bool keysym_is_command(uint32_t keysym)
{
	return (keysym >= XK_Meta_L && keysym <= XK_Hyper_R) || keysym == XK_Control_L ||
	       keysym == XK_Control_R;
}

bool keysym_is_server_action(uint32_t keysym)
{
	return keysym == XK_Terminate_Server ||
	       (keysym >= SERVER_ACTION_FIRST && keysym <= SERVER_ACTION_LAST);
}

bool keysym_is_known(uint32_t keysym)
{
	char name[64];

	if (!keysym || keysym == XK_VoidSymbol || keysym > KEYSYM_LAST)
		return false;
	if (keysym_character(keysym))
		return true;
	/* xkbcommon writes one without a name as a number. */
	return xkb_keysym_get_name(keysym, name, sizeof(name)) > 0 && strncmp(name, "0x", 2) != 0;
}
