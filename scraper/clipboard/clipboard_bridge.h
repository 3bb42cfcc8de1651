/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connects the clipboard's rules to the desktop's X selections and to the viewers. */
#ifndef GPUDESK_CLIPBOARD_BRIDGE_H
#define GPUDESK_CLIPBOARD_BRIDGE_H

#include <X11/Xlib.h>
#include <systemd/sd-event.h>

#include "clipboard.h"
#include "common/config.h"
#include "selection.h"
#include "x11/display.h"

struct clipboard_bridge {
	struct clipboard clipboard; /* for viewers: the calls of clipboard.h */
	struct selection selection;
	sd_event_source *timer; /* of clipboard_offer */
};

/* Starts, for the first viewer, without a desktop. */
void clipboard_bridge_start(struct clipboard_bridge *bridge, const struct config *config);

/* After the last one: wipes all. One of all zero is fine. */
void clipboard_bridge_stop(struct clipboard_bridge *bridge);

/*
 * There is a desktop, unless the configuration switches the clipboard off. Returns 0 or -errno. The
 * struct must stay where it is until clipboard_bridge_detach, which wipes all texts; it may be
 * called without that, too.
 */
int clipboard_bridge_attach(struct clipboard_bridge *bridge, sd_event *event,
			    struct display *display, const struct config *config);
void clipboard_bridge_detach(struct clipboard_bridge *bridge);

/* A viewer leaves: see clipboard_remove(). */
void clipboard_bridge_remove(struct clipboard_bridge *bridge, struct clipboard_viewer *viewer);

/* A viewer has requested an update. */
void clipboard_bridge_requested(struct clipboard_bridge *bridge, struct clipboard_viewer *viewer);

/* Any event of the display. */
void clipboard_bridge_event(struct clipboard_bridge *bridge, const XEvent *event);

#endif
