/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "x_wait.h"

#include <errno.h>
#include <poll.h>

#include "common/log.h"
#include "server_viewers.h"
#include "viewer/viewer_messages.h"

#define SILENT_USEC UINT64_C(1000000) /* then X is likely to be stopped, and takes no input */

enum {
	SOCKETS_MAX = 64, /* viewers whose sockets are polled */
	ROUNDS_MAX = 64,  /* of input between two turns of the loop: a flood may not delay X */
	POLL_MS = 1000,
};

void x_wait_take_input(void *userdata)
{
	struct server *server = userdata;
	bool taken = false;

	for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		taken |= viewer_take_input(viewer);
	if (!taken)
		return;
	input_flush(&server->input);
	if (server->has_display)
		display_flush(&server->display);
}

/* The viewers' sockets that poll `events`, and whose they are. Returns their number. */
static nfds_t list_sockets(struct server *server, short events, struct pollfd fds[SOCKETS_MAX],
			   struct viewer *ret_viewers[SOCKETS_MAX])
{
	nfds_t n = 0;

	for (struct viewer *viewer = server->viewers; viewer && n < SOCKETS_MAX;
	     viewer = viewer->next) {
		if (viewer->is_gone || (events == POLLOUT && out_queue_is_empty(&viewer->out)))
			continue;
		fds[n] = (struct pollfd){ .fd = viewer->fd, .events = events };
		ret_viewers[n++] = viewer;
	}
	return n;
}

/* Returns whether some input was taken. Sockets with something else are polled no longer. */
static bool take_ready(struct pollfd *fds, struct viewer **viewers, nfds_t n)
{
	bool taken = false;

	for (nfds_t i = 0; i < n; i++) {
		if (!fds[i].revents)
			continue;
		if (viewer_take_input(viewers[i]))
			taken = true;
		else
			fds[i].fd = -1;
	}
	return taken;
}

/* Returns whether `fd` is readable, or input was taken, within SILENT_USEC. */
static bool wait_with_input(struct server *server, int fd, bool may_take)
{
	struct pollfd fds[1 + SOCKETS_MAX] = { { .fd = fd, .events = POLLIN } };
	struct viewer *viewers[SOCKETS_MAX];
	nfds_t n = may_take && server->n_input_rounds < ROUNDS_MAX
			   ? list_sockets(server, POLLIN, fds + 1, viewers)
			   : 0;
	uint64_t now = monotonic_now(), end = now + SILENT_USEC;

	for (; now < end; now = monotonic_now()) {
		if (poll(fds, n + 1, (int)((end - now) / 1000 + 1)) < 0 && errno != EINTR)
			return false;
		if (fds[0].revents)
			return true;
		if (!take_ready(fds + 1, viewers, n))
			continue;
		input_flush(&server->input);
		display_flush(&server->display);
		server->n_input_rounds++;
		return true; /* a key awaits a reply, and what is awaited here may have come first
			      */
	}
	return false;
}

static void run_urgent(struct server *server)
{
	int r;

	/* The last run finds nothing, but sets the timers. */
	do
		r = sd_event_run(server->urgent, 0);
	while (r > 0);
	if (sd_event_get_exit_code(server->event, &r) < 0)
		return;
	log_warning("stopping, although the X server does not answer");
	server_end(server);
}

/* The viewers see the status screen until the display can be opened again. */
static bool can_give_up(const struct server *server)
{
	return IO_ERROR_RETURNS && server->config->status_screen;
}

/* The X server is silent: takes no input, but does all else until `fd` is readable. */
static void wait_without_input(struct server *server, int fd)
{
	uint64_t since = monotonic_now();
	bool is_logged = false;

	for (;;) {
		struct pollfd fds[2 + SOCKETS_MAX] = {
			{ .fd = fd, .events = POLLIN },
			{ .fd = sd_event_get_fd(server->urgent), .events = POLLIN },
		};
		struct viewer *viewers[SOCKETS_MAX];
		nfds_t n = list_sockets(server, POLLOUT, fds + 2, viewers);

		poll(fds, n + 2, POLL_MS);
		if (fds[0].revents)
			break;
		for (nfds_t i = 0; i < n; i++)
			if (fds[2 + i].revents)
				viewer_flush(viewers[i]);
		for (struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
			viewer_check_timeouts(viewer, monotonic_now());
		run_urgent(server);
		if (grab_escape_try(&server->display.escape))
			log_warning("another program's grab of the X server held up the viewers: "
				    "ended it");
		if (is_logged || monotonic_now() - since < SERVER_SILENT_USEC)
			continue;
		log_warning("the X server has not answered for 10 s: waiting for it");
		is_logged = true;
		if (can_give_up(server)) {
			server->is_silent = true;
			display_give_up(&server->display);
			return;
		}
	}
	grab_escape_is_over(&server->display.escape);
	if (is_logged)
		log_info("the X server answers again");
}

void x_wait(void *userdata, int fd, enum display_wait may)
{
	struct server *server = userdata;

	if (!wait_with_input(server, fd, may == DISPLAY_WAIT_TAKES_INPUT))
		wait_without_input(server, fd);
}
