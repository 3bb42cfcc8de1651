/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keysyms mean, as far as typing them needs it. No X. */
#ifndef GPUDESK_KEYSYM_H
#define GPUDESK_KEYSYM_H

#include <stdbool.h>
#include <stdint.h>

/* The UTF-32 character that a key types with this keysym, or 0: keypad and control keys type none.
 */
uint32_t keysym_character(uint32_t keysym);

/*
 * One keysym for each character, so that those of Latin-2, Cyrillic... compare equal to their twins
 * of Unicode. Keysyms that are no characters stay.
 */
uint32_t keysym_canonical(uint32_t keysym);

/* Canonical in and out; without a twin in the other case, the same. */
uint32_t keysym_lower(uint32_t keysym);
uint32_t keysym_upper(uint32_t keysym);

/* A modifier that works while it is held: Shift, Control, Alt, AltGr... but no lock. */
bool keysym_is_modifier(uint32_t keysym);

/* One that types nothing by itself, but changes the character after it. */
bool keysym_is_dead(uint32_t keysym);

/* Control, Alt, Meta, Super or Hyper: what makes a command of another key. */
bool keysym_is_command(uint32_t keysym);

/* The X server itself would act on it: switch the console, break grabs, end. */
bool keysym_is_server_action(uint32_t keysym);

/* Whether it means anything: a character or a named key. */
bool keysym_is_known(uint32_t keysym);

#endif
