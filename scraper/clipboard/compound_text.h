/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * COMPOUND_TEXT, in which X programs from before UTF-8 exchange text: Latin-1 with switches to
 * other charsets. Xlib converts it, in any locale.
 */
#ifndef GPUDESK_COMPOUND_TEXT_H
#define GPUDESK_COMPOUND_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <X11/Xlib.h>

#include "clipboard_text.h"

/* The text, of `*ret_length` bytes, to be freed by compound_text_free(); NULL: impossible. */
uint8_t *compound_text_from(Display *x, const struct clipboard_text *text, size_t *ret_length);
void compound_text_free(uint8_t *bytes, size_t length);

/* Returns 0, -EILSEQ, -EMSGSIZE over `limit` bytes, or -ENOMEM. */
int compound_text_to(Display *x, const uint8_t *bytes, size_t length, size_t limit,
		     struct clipboard_text **ret_text);

#endif
