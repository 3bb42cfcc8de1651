/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Releases keys and buttons that a killed scraper left pressed: X keeps them down when the
 * connection that used XTEST ends. While a scraper may press something, a property of the root
 * window says so; one that finds it there at its start follows a scraper that was killed.
 */
#ifndef GPUDESK_STUCK_INPUT_H
#define GPUDESK_STUCK_INPUT_H

#include <X11/Xlib.h>

/*
 * Before anything is pressed: releases what is left over, and sets the property. That touches only
 * XTEST's own devices, since X ignores a release of what is not down on the device it comes from.
 */
void stuck_input_begin(Display *x);

/* After everything was released: deletes the property. */
void stuck_input_end(Display *x);

#endif
