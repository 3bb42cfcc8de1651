/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clipboard_bridge.h"

#include <malloc.h>
#include <sodium.h>

#include "protocol/libvncserver.h"

enum { STACK = 65536 }; /* bytes */

static int send_to(void *userdata, const uint8_t *message, size_t length)
{
	struct viewer *viewer = userdata;

	return viewer->is_gone ? 0 : viewer_send_text(viewer, message, length);
}

static bool is_clear(const void *userdata)
{
	const struct viewer *viewer = userdata;

	return !viewer->is_gone && rfb_client_is_ready(viewer->client) &&
	       viewer_text_is_sent(viewer);
}

static void look(void *userdata)
{
	struct clipboard_bridge *bridge = userdata;

	selection_look(&bridge->selection);
}

static void fetch(void *userdata)
{
	struct clipboard_bridge *bridge = userdata;

	selection_fetch(&bridge->selection);
}

static void own(struct clipboard_text *text, void *userdata)
{
	struct clipboard_bridge *bridge = userdata;

	selection_own(&bridge->selection, text);
}

static void give_up(void *userdata)
{
	struct clipboard_bridge *bridge = userdata;

	selection_give_up(&bridge->selection);
}

static const struct clipboard_operations operations = {
	.send = send_to,
	.is_clear = is_clear,
	.look = look,
	.fetch = fetch,
	.own = own,
	.give_up = give_up,
};

static void on_changed(bool owned, void *userdata)
{
	struct clipboard_bridge *bridge = userdata;

	clipboard_changed(&bridge->clipboard, owned);
}

static void on_offers(int result, void *userdata)
{
	struct clipboard_bridge *bridge = userdata;

	clipboard_offers(&bridge->clipboard, result);
}

static void on_text(int result, struct clipboard_text *text, void *userdata)
{
	struct clipboard_bridge *bridge = userdata;

	clipboard_fetched(&bridge->clipboard, result, text);
}

static const struct selection_callbacks callbacks = {
	.changed = on_changed,
	.offers = on_offers,
	.text = on_text,
};

int clipboard_bridge_start(struct clipboard_bridge *bridge, sd_event *event,
			   struct display *display, const struct config *config)
{
	struct clipboard *clipboard = &bridge->clipboard;

	clipboard_init(clipboard, config->clipboard, (size_t)config->clipboard_limit, &operations,
		       bridge);
	if (clipboard->mode == CLIPBOARD_OFF)
		return 0;
	int r = selection_start(&bridge->selection, event, display, clipboard->limit, &callbacks,
				bridge);
	bridge->runs = r >= 0;
	return r;
}

void clipboard_bridge_stop(struct clipboard_bridge *bridge)
{
	if (bridge->runs)
		selection_stop(&bridge->selection);
	bridge->runs = false;
	clipboard_finish(&bridge->clipboard);
	/* What libraries have copied is in memory that is free: back to the kernel with it. */
	malloc_trim(0);
	sodium_stackzero(STACK); /* saved registers may have had a piece of it */
}

void clipboard_bridge_event(struct clipboard_bridge *bridge, const XEvent *event)
{
	if (bridge->runs)
		selection_handle(&bridge->selection, event);
}

void clipboard_bridge_add(struct clipboard_bridge *bridge, struct clipboard_viewer *clip,
			  struct viewer *viewer)
{
	clipboard_add(&bridge->clipboard, clip, viewer->peer, viewer->view_only, viewer);
}

void clipboard_bridge_remove(struct clipboard_bridge *bridge, struct clipboard_viewer *clip)
{
	clipboard_remove(&bridge->clipboard, clip);
}
