/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Viewers that have been handed over and are neither accepted nor refused yet. */
#ifndef GPUDESK_ARRIVALS_H
#define GPUDESK_ARRIVALS_H

#include <stdbool.h>

#include "handoff_server.h"

struct arrival {
	struct arrival *next;
	struct arrivals *list; /* that it waits in */
	struct handoff_reply *reply;
	int fd;
	char peer[HANDOFF_PEER_MAX];
	bool view_only;
};

/* Those that have given the right password and wait for the display. Starts as all zeros. */
struct arrivals {
	struct arrival *first;
};

/*
 * Takes the viewer over from the proxy, and tells it that its password is right: ClientInit comes
 * next. Returns 0, or -EPIPE if it is gone, and closed.
 */
int arrival_take_over(const struct arrival *viewer);

/* Answers the proxy, and closes the viewer's socket. The `reason` is for the viewer. */
void arrival_turn_away(const struct arrival *viewer, enum handoff_result result,
		       const char *reason);

/* Refuses it: the log has the reason; strangers are `told` no path, mode or setting. */
void arrival_refuse(const struct arrival *viewer, const char *reason, const char *told);

/* A copy of `viewer` waits, until it is taken or its proxy is gone. Returns 0 or -ENOMEM. */
int arrivals_add(struct arrivals *list, const struct arrival *viewer);

/* Takes one that waits off the list, for the caller to answer and free; NULL: none does. */
struct arrival *arrivals_take(struct arrivals *list);

unsigned arrivals_count(const struct arrivals *list);

#endif
