/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws text into a frame of 32 bits a pixel, in one font of fixed width. What lies outside the
 * frame is left out. `colour` is a whole pixel, with its padding bits.
 */
#ifndef GPUDESK_TEXT_H
#define GPUDESK_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"

enum { TEXT_WIDTH = 10, TEXT_HEIGHT = 20 }; /* pixels of a character, at scale 1 */

/*
 * Draws `length` bytes of `text`, UTF-8, its upper left pixel at x, y, each pixel of the font
 * `scale` pixels wide and high. The font has ASCII; other characters become '?'.
 */
void text_draw(struct frame *frame, int x, int y, int scale, uint32_t colour, const char *text,
	       size_t length);

void text_fill(struct frame *frame, struct rect area, uint32_t colour);

#endif
