/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server_watch.h"

#include "x_wait.h"

void server_read_leds(struct server *server)
{
	server->leds = keyboard_leds(&server->input.keyboard);
}

int server_start_watching(struct server *server)
{
	struct display *display = &server->display;

	display_sync(display); /* while X does not answer, what is urgent goes on */
	display_watch(display);
	int r = screen_start(&server->screen, display, server->config->frame_rate,
			     server_now(server));
	if (r < 0)
		goto unwatch;
	server->yield = (struct yield){ .run = x_wait_take_input, .userdata = server };
	server->screen.yield = &server->yield;
	r = rfb_server_create(&server->screen.frame, &display->format, server->config->user,
			      &server->rfb);
	if (r < 0)
		goto unwatch;
	r = clipboard_bridge_start(&server->clipboard, server->event, display, server->config);
	if (r < 0)
		goto destroy_rfb;
	r = input_init(&server->input, display, server->event);
	if (r < 0)
		goto stop_clipboard;
	server_read_leds(server);
	server->watching = true;
	cursor_init(&server->cursor);
	randr_init(&server->randr, display);
	randr_read_layout(display, &server->layout);
	server->size_stale = server->layout_stale = server->has_size_request = false;
	return 0;

stop_clipboard:
	clipboard_bridge_stop(&server->clipboard);
destroy_rfb:
	rfb_server_destroy(server->rfb);
	server->rfb = NULL;
unwatch:
	display_unwatch(display);
	return r;
}

void server_stop_watching(struct server *server)
{
	if (!server->watching)
		return;
	server->watching = false;
	clipboard_bridge_stop(&server->clipboard);
	input_finish(&server->input);
	rfb_server_destroy(server->rfb);
	server->rfb = NULL;
	cursor_finish(&server->cursor);
	randr_restore(&server->randr);
	display_wipe_buffers(&server->display);
	display_unwatch(&server->display);
	sd_event_source_set_enabled(server->timer, SD_EVENT_OFF);
}
