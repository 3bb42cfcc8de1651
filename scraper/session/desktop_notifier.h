/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells the desktop's user which viewers come and go, by a desktop notification over the user's own
 * bus. Nothing waits for the bus or for the program that shows notifications: if there is none, or
 * it does not answer, viewers do not notice.
 *
 * There is one notification at most, since each replaces the one before, and one a second: what
 * happens in between is summed up.
 */
#ifndef GPUDESK_DESKTOP_NOTIFIER_H
#define GPUDESK_DESKTOP_NOTIFIER_H

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "viewer_news.h"

#define DESKTOP_NOTIFIER_INTERVAL UINT64_C(1000000) /* µs between two */
#define DESKTOP_NOTIFIER_LIMIT UINT64_C(5000000)    /* µs for the answer */
/* While a desktop starts, nobody shows notifications yet. */
#define DESKTOP_NOTIFIER_RETRY UINT64_C(5000000) /* µs */
enum { DESKTOP_NOTIFIER_TRIES = 12 };

/* Writes who is connected. Returns false if there is no desktop to show a notification on. */
typedef bool (*desktop_notifier_list_fn)(struct viewer_list *ret_list, void *userdata);

/* All zeros: it does nothing. */
struct desktop_notifier {
	sd_event *event; /* not owned */
	char bus_path[108];
	desktop_notifier_list_fn list;
	void *userdata;

	sd_event_source *timer;		 /* the next notification; or the end of `bus` */
	sd_bus *bus;			 /* NULL: none is being sent */
	struct viewer_list told, saying; /* as of the last one; as of that being sent */
	uint32_t id;			 /* of the last one; 0: none */
	int result;			 /* of the one that was sent: 0 or -errno */
	bool is_due;			 /* something has happened since */
	uint64_t sent;			 /* µs: when the last one was; 0: never */
	unsigned n_failures;		 /* in a row */
};

/* `bus_path`: the bus's socket; NULL: that of this user. Returns 0 or -errno. */
int desktop_notifier_init(struct desktop_notifier *notifier, sd_event *event, const char *bus_path,
			  desktop_notifier_list_fn list, void *userdata);
void desktop_notifier_finish(struct desktop_notifier *notifier);

/* Viewers have come or gone, or the desktop has come. */
void desktop_notifier_update(struct desktop_notifier *notifier);

/* The desktop is gone: the next one's user is told anew. */
void desktop_notifier_forget(struct desktop_notifier *notifier);

/* Whether a notification is about to be sent, for the first time. */
bool desktop_notifier_is_busy(const struct desktop_notifier *notifier);

#endif
