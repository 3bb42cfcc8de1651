/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "altgr.h"

#include <string.h>

#include <X11/keysym.h>

#include "keysym.h"
#include "shortcut.h"

unsigned altgr_modifier(uint32_t keysym)
{
	switch (keysym) {
	case XK_Shift_L:
	case XK_Shift_R:
		return ALTGR_SHIFT;
	case XK_Control_L:
	case XK_Control_R:
		return ALTGR_CONTROL;
	case XK_Alt_L:
		return ALTGR_ALT_LEFT;
	case XK_Alt_R:
		return ALTGR_ALT_RIGHT;
	case XK_ISO_Level3_Shift:
	case XK_Mode_switch:
		return ALTGR_LEVEL_3;
	default:
		return keysym_is_command(keysym) ? ALTGR_OTHER : 0;
	}
}

static bool is_altgr(unsigned held)
{
	if (held & ALTGR_OTHER)
		return false;
	if (held & ALTGR_CONTROL)
		return held & (ALTGR_ALT_LEFT | ALTGR_ALT_RIGHT | ALTGR_LEVEL_3);
	return held & ALTGR_ALT_RIGHT && !(held & ALTGR_ALT_LEFT);
}

bool altgr_types(unsigned held, uint32_t keysym)
{
	uint32_t character = keysym_character(keysym);

	if (!character || !is_altgr(held))
		return false;
	if (character < 0x80)
		return !(held & ALTGR_SHIFT) && strchr("#$&*<>?@[\\]^`{|}~", (int)character);
	return !shortcut_keysym(keysym, 0, false);
}
