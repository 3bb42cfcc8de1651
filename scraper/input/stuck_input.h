/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys and buttons that a killed scraper left pressed. X keeps what XTEST has pressed when the
 * connection that did it ends, so while a scraper may press something, a property of the root
 * window says so. Who finds that property at its start has a predecessor that could not clean up.
 */
#ifndef GPUDESK_STUCK_INPUT_H
#define GPUDESK_STUCK_INPUT_H

#include <X11/Xlib.h>

/*
 * From now on keys may be pressed. What a predecessor left goes up first: of XTEST's own devices
 * alone, since X ignores a release of what is not down on the device that it comes from.
 */
void stuck_input_begin(Display *x);

/* Everything has been released. */
void stuck_input_end(Display *x);

#endif
