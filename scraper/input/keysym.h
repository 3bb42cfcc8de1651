/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keysyms mean (X11 protocol, appendix A; xkbcommon's and Xlib's tables). Pure functions. */
#ifndef GPUDESK_KEYSYM_H
#define GPUDESK_KEYSYM_H

#include <stdbool.h>
#include <stdint.h>

/* The character (UTF-32) that it types, or 0; keypad and control keys count as typing none. */
uint32_t keysym_character(uint32_t keysym);

/*
 * One keysym for each character, so that a keysym of Latin-2, Cyrillic... and its Unicode keysym
 * compare equal. Keysyms that are no characters stay as they are.
 */
uint32_t keysym_canonical(uint32_t keysym);

/* The canonical keysym in lower and in upper case; the same if it has no case. */
uint32_t keysym_lower(uint32_t keysym);
uint32_t keysym_upper(uint32_t keysym);

/*
 * What a key with that canonical keysym types while Caps Lock is on, if the key's type leaves that
 * to the program: the upper case. 0 if it depends on the program, because the tables of Xlib,
 * xkbcommon (Qt) and GTK differ, also between their versions.
 */
uint32_t keysym_with_lock(uint32_t keysym);

/* Whether it is a modifier that works while held: Shift, Control, Alt, AltGr... but no lock. */
bool keysym_is_modifier(uint32_t keysym);

/*
 * Whether it locks or latches modifiers, changes the group, or has the X server do something else:
 * on any key that has it, the X server acts on it.
 */
bool keysym_is_lock(uint32_t keysym);

/* Whether it is a dead key: it only changes the character after it. */
bool keysym_is_dead(uint32_t keysym);

/* Whether it is a modifier of commands: Control, Alt, Meta, Super or Hyper. */
bool keysym_is_command(uint32_t keysym);

/* Whether the X server itself would act on it: switch the console, break grabs, terminate. */
bool keysym_is_server_action(uint32_t keysym);

/* Whether it is a character or a named key. */
bool keysym_is_known(uint32_t keysym);

#endif
