/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clipboard_bridge.h"

#include <malloc.h>
#include <sodium.h>

#include "common/event_source.h"
#include "common/timer.h"
#include "viewer/viewer.h"

enum { STACK = 65536 }; /* bytes that are wiped */

static int send_to(void *userdata, const uint8_t *message, size_t length)
{
	struct viewer *viewer = userdata;

	return viewer->is_gone ? 0 : viewer_send_text(viewer, message, length);
}

static bool can_send(const void *userdata)
{
	const struct viewer *viewer = userdata;

	return !viewer->is_gone && viewer_is_ready(viewer) && viewer_takes_text(viewer);
}

static const struct clipboard_operations operations = {
	.send = send_to,
	.can_send = can_send,
	.query = selection_query,
	.fetch = selection_fetch,
	.own = selection_own,
	.disown = selection_disown,
};

static const struct selection_callbacks callbacks = {
	.changed = clipboard_changed,
	.cleared = clipboard_cleared,
	.answers = { .queried = clipboard_queried, .fetched = clipboard_fetched },
};

static void offer(struct clipboard_bridge *bridge)
{
	uint64_t now = timer_now(sd_event_source_get_event(bridge->timer));

	timer_start_at(bridge->timer, clipboard_offer(&bridge->clipboard, now));
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	offer(userdata);
	return 0;
}

void clipboard_bridge_requested(struct clipboard_bridge *bridge, struct clipboard_viewer *viewer)
{
	if (!bridge->timer || viewer->was_offered || viewer->offer_due)
		return;
	clipboard_requested(viewer, timer_now(sd_event_source_get_event(bridge->timer)));
	offer(bridge);
}

/* Libraries have left copies in memory that is free: gives it back to the kernel. */
static void wipe_copies(void)
{
	malloc_trim(0);
	sodium_stackzero(STACK); /* saved registers may have left a piece of text there */
}

void clipboard_bridge_start(struct clipboard_bridge *bridge, const struct config *config)
{
	clipboard_init(&bridge->clipboard, config->clipboard, (size_t)config->clipboard_limit,
		       &operations, &bridge->selection);
}

void clipboard_bridge_stop(struct clipboard_bridge *bridge)
{
	clipboard_finish(&bridge->clipboard);
	wipe_copies();
}

int clipboard_bridge_attach(struct clipboard_bridge *bridge, sd_event *event,
			    struct display *display, const struct config *config)
{
	struct clipboard *clipboard = &bridge->clipboard;

	if (clipboard->mode == CLIPBOARD_OFF)
		return 0;
	int r = timer_add(event, TIMER_NEVER, on_timer, bridge, &bridge->timer);
	if (r < 0)
		return r;
	/* What `clipboard` forbids, `primary` does not allow. */
	r = selection_start(&bridge->selection, event, display, clipboard->limit,
			    config->primary & clipboard->mode, &callbacks, clipboard);
	if (r < 0)
		bridge->timer = event_source_end(bridge->timer);
	else
		clipboard_attach(clipboard, bridge->selection.current != None);
	return r;
}

void clipboard_bridge_detach(struct clipboard_bridge *bridge)
{
	bridge->timer = event_source_end(bridge->timer);
	selection_stop(&bridge->selection);
	clipboard_detach(&bridge->clipboard);
	wipe_copies();
}

void clipboard_bridge_remove(struct clipboard_bridge *bridge, struct clipboard_viewer *viewer)
{
	bool was_kept = bridge->clipboard.source == viewer && !bridge->clipboard.has_desktop;

	clipboard_remove(&bridge->clipboard, viewer);
	if (was_kept)
		wipe_copies();
}

void clipboard_bridge_event(struct clipboard_bridge *bridge, const XEvent *event)
{
	selection_handle(&bridge->selection, event);
}
