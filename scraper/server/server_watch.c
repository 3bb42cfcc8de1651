/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server_watch.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

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
	server->screen.yield = &server->yield;
	r = clipboard_bridge_attach(&server->clipboard, server->event, display, server->config);
	if (r < 0)
		goto unwatch;
	r = input_init(&server->input, display, server->event);
	if (r < 0)
		goto detach_clipboard;
	server_read_leds(server);
	server->watching = true;
	cursor_init(&server->cursor);
	randr_init(&server->randr, display);
	randr_read_layout(display, &server->layout);
	server->size_stale = server->layout_stale = false;
	return 0;

detach_clipboard:
	clipboard_bridge_detach(&server->clipboard);
unwatch:
	display_unwatch(display);
	return r;
}

void server_stop_watching(struct server *server)
{
	if (!server->watching)
		return;
	server->watching = server->is_veiled = false;
	clipboard_bridge_detach(&server->clipboard);
	input_finish(&server->input);
	cursor_finish(&server->cursor);
	randr_restore(&server->randr);
	display_wipe_buffers(&server->display);
	display_unwatch(&server->display);
	sd_event_source_set_enabled(server->timer, SD_EVENT_OFF);
}

int server_prepare_status(struct server *server)
{
	struct status_screen *status = &server->status;
	int r = status_screen_show(status, server_now(server));

	if (r < 0)
		return r;
	server_lay_out_status(server);
	return 0;
}

void server_lay_out_status(struct server *server)
{
	const struct status_screen *status = &server->status;

	server->layout = (struct screen_layout){ .n = 1 };
	server->layout.screens[0].id = 1;
	server->layout.screens[0].area = (struct rect){ 0, 0, status->width, status->height };
	server->leds = 0;
}

/* ---- with the first viewer, and after the last ---- */

/* What viewers show in their title: whose desktop it is, and where. */
static void name_desktop(const struct server *server, char *ret_name, size_t size)
{
	char host[65] = "";

	if (gethostname(host, sizeof(host) - 1) < 0)
		host[0] = '\0';
	snprintf(ret_name, size, "%s%s%s", server->config->user, *host ? "@" : "", host);
}

/* The display, or the status screen: also if the display is lost just then. */
static int start_seeing(struct server *server)
{
	int r = -ENOTCONN;

	if (server->has_display && !server->is_lost) {
		r = server_start_watching(server);
		if (server->is_lost)
			server_stop_watching(server);
	}
	return server->has_display && !server->is_lost ? r : server_prepare_status(server);
}

int server_start_serving(struct server *server)
{
	char name[CONFIG_USER_MAX + 80];
	const struct pixel_format *format = &status_picture_format;

	if (server->rfb)
		return 0;
	clipboard_bridge_start(&server->clipboard, server->config);
	int r = start_seeing(server);
	if (r < 0)
		return r;
	server->view = server->status.frame;
	if (server->watching) {
		server->view = server->screen.frame;
		format = &server->display.format;
	}
	server->has_size_request = server->wants_size = false;
	name_desktop(server, name, sizeof(name));
	r = rfb_server_create(&server->view, format, name, &server->rfb);
	if (r < 0)
		server_stop_serving(server);
	return r;
}

void server_stop_serving(struct server *server)
{
	server_stop_watching(server);
	clipboard_bridge_stop(&server->clipboard);
	rfb_server_destroy(server->rfb);
	server->rfb = NULL;
	status_screen_hide(&server->status);
	sd_event_source_set_enabled(server->timer, SD_EVENT_OFF);
}
