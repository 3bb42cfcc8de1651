/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arrivals.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"

int arrival_take_over(const struct arrival *viewer)
{
	/* SecurityResult (RFC 6143, 7.1.3): 4 bytes always fit an idle socket. */
	static const uint8_t ok[4];

	if (handoff_reply_send(viewer->reply,
			       viewer->view_only ? HANDOFF_TAKEN_VIEW_ONLY : HANDOFF_TAKEN,
			       NULL) >= 0 &&
	    send(viewer->fd, ok, sizeof(ok), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(ok))
		return 0;
	log_info("viewer %s disconnected before it was accepted", viewer->peer);
	close(viewer->fd);
	return -EPIPE;
}

void arrival_turn_away(const struct arrival *viewer, enum handoff_result result, const char *reason)
{
	handoff_reply_send(viewer->reply, result, reason);
	close(viewer->fd);
}

void arrival_refuse(const struct arrival *viewer, const char *reason, const char *told)
{
	log_viewer(LOG_LEVEL_WARNING, viewer->peer, "refused", "viewer %s refused: %s",
		   viewer->peer, reason);
	arrival_turn_away(viewer, HANDOFF_NOT_POSSIBLE, told);
}

static void on_proxy_gone(struct handoff_reply *reply, void *userdata)
{
	struct arrival *viewer = userdata, **at = &viewer->list->first;

	(void)reply;
	while (*at != viewer)
		at = &(*at)->next;
	*at = viewer->next;
	log_info("viewer %s disconnected while it waited for the desktop", viewer->peer);
	arrival_turn_away(viewer, HANDOFF_NOT_POSSIBLE, NULL);
	free(viewer);
}

int arrivals_add(struct arrivals *list, const struct arrival *viewer)
{
	struct arrival *copy = malloc(sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	*copy = *viewer;
	copy->list = list;
	copy->next = list->first;
	list->first = copy;
	handoff_reply_on_gone(copy->reply, on_proxy_gone, copy);
	return 0;
}

struct arrival *arrivals_take(struct arrivals *list)
{
	struct arrival *viewer = list->first;

	if (!viewer)
		return NULL;
	list->first = viewer->next;
	handoff_reply_on_gone(viewer->reply, NULL, NULL);
	return viewer;
}

unsigned arrivals_count(const struct arrivals *list)
{
	unsigned n = 0;

	for (const struct arrival *viewer = list->first; viewer; viewer = viewer->next)
		n++;
	return n;
}
