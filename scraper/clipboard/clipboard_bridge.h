/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ties the clipboard's rules to the desktop's X selections and to the viewers' connections. */
#ifndef GPUDESK_CLIPBOARD_BRIDGE_H
#define GPUDESK_CLIPBOARD_BRIDGE_H

#include <X11/Xlib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "clipboard.h"
#include "common/config.h"
#include "selection.h"
#include "viewer/viewer.h"
#include "x11/display.h"

struct clipboard_bridge {
	bool runs;
	struct clipboard clipboard;
	struct selection selection;
};

/*
 * Begins, for the first viewer, as the configuration says. Returns 0 or -errno. The struct must
 * stay where it is until clipboard_bridge_stop, which wipes all texts; one of all zero is fine
 * there.
 */
int clipboard_bridge_start(struct clipboard_bridge *bridge, sd_event *event,
			   struct display *display, const struct config *config);
void clipboard_bridge_stop(struct clipboard_bridge *bridge);

/* Any event that came over the display. */
void clipboard_bridge_event(struct clipboard_bridge *bridge, const XEvent *event);

/* The other calls of clipboard.h; they do nothing where the clipboard is off. */
void clipboard_bridge_add(struct clipboard_bridge *bridge, struct clipboard_viewer *clip,
			  struct viewer *viewer);
void clipboard_bridge_remove(struct clipboard_bridge *bridge, struct clipboard_viewer *clip);

#endif
