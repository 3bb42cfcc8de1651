/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "desktop_notifier.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/timer.h"

#define SERVICE "org.freedesktop.Notifications"
#define OBJECT "/org/freedesktop/Notifications"

static void close_bus(struct desktop_notifier *notifier)
{
	if (!notifier->bus)
		return;
	sd_bus_detach_event(notifier->bus);
	sd_bus_close(notifier->bus);
	notifier->bus = sd_bus_unref(notifier->bus);
}

static void schedule(struct desktop_notifier *notifier, uint64_t delay)
{
	uint64_t now = timer_now(notifier->event), at = now + delay;
	uint64_t least = notifier->sent ? notifier->sent + DESKTOP_NOTIFIER_INTERVAL : now;

	timer_start_at(notifier->timer, at < least ? least : at);
}

/* ---- one notification ---- */

/* Also when the bus hangs up, or refuses. The bus is closed outside its own code. */
static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct desktop_notifier *notifier = userdata;
	uint32_t id = 0;

	(void)error;
	int r = -sd_bus_message_get_errno(reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "u", &id);
	if (r >= 0)
		notifier->id = id;
	notifier->result = r < 0 ? r : 0;
	timer_start(notifier->timer, 0);
	return 0;
}

static int call(struct desktop_notifier *notifier, const struct viewer_news *news)
{
	sd_bus_message *message = NULL;
	int r = sd_bus_message_new_method_call(notifier->bus, &message, SERVICE, OBJECT, SERVICE,
					       "Notify");

	/* One that is to be started might be the wrong one for a desktop that is just starting. */
	if (r >= 0)
		r = sd_bus_message_set_auto_start(message, 0);
	if (r >= 0)
		r = sd_bus_message_append(message, "susssasa{sv}i", "gpudesk", notifier->id, "",
					  news->summary, news->body, 0, 0, -1);
	if (r >= 0)
		r = sd_bus_call_async(notifier->bus, NULL, message, on_reply, notifier,
				      DESKTOP_NOTIFIER_LIMIT);
	sd_bus_message_unref(message);
	return r;
}

static int send_news(struct desktop_notifier *notifier, const struct viewer_news *news)
{
	char address[sizeof(notifier->bus_path) * 3 + 16];
	size_t n = (size_t)snprintf(address, sizeof(address), "unix:path=");

	for (const char *at = notifier->bus_path; *at; at++)
		n += (size_t)snprintf(address + n, sizeof(address) - n, "%%%02x", (uint8_t)*at);
	int r = sd_bus_new(&notifier->bus);
	if (r >= 0)
		r = sd_bus_set_address(notifier->bus, address);
	if (r >= 0)
		r = sd_bus_set_bus_client(notifier->bus, 1);
	if (r >= 0)
		r = sd_bus_start(notifier->bus); /* without waiting */
	if (r >= 0)
		r = sd_bus_attach_event(notifier->bus, notifier->event, SD_EVENT_PRIORITY_NORMAL);
	return r < 0 ? r : call(notifier, news);
}

/* ---- when ---- */

static void fail(struct desktop_notifier *notifier, int r)
{
	close_bus(notifier);
	if (++notifier->n_failures < DESKTOP_NOTIFIER_TRIES) {
		schedule(notifier, DESKTOP_NOTIFIER_RETRY);
		return;
	}
	log_info("the user was not notified of viewers: %s", strerror(-r));
	if (notifier->is_due)
		desktop_notifier_update(notifier);
}

static void end(struct desktop_notifier *notifier)
{
	close_bus(notifier);
	notifier->told = notifier->saying;
	notifier->n_failures = 0;
	if (notifier->is_due)
		desktop_notifier_update(notifier);
}

static void begin(struct desktop_notifier *notifier)
{
	struct viewer_news news;

	notifier->saying.n = 0;
	notifier->is_due = false;
	if (!notifier->list(&notifier->saying, notifier->userdata) ||
	    !viewer_news_write(&notifier->told, &notifier->saying, &news))
		return;
	notifier->sent = timer_now(notifier->event);
	notifier->result = -ETIMEDOUT;
	int r = send_news(notifier, &news);
	if (r < 0)
		fail(notifier, r);
	else
		timer_start(notifier->timer, DESKTOP_NOTIFIER_LIMIT);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct desktop_notifier *notifier = userdata;

	(void)source;
	(void)usec;
	if (!notifier->bus)
		begin(notifier);
	else if (notifier->result < 0)
		fail(notifier, notifier->result);
	else
		end(notifier);
	return 0;
}

void desktop_notifier_update(struct desktop_notifier *notifier)
{
	if (!notifier->timer)
		return;
	notifier->is_due = true;
	if (notifier->bus)
		return;
	notifier->n_failures = 0;
	schedule(notifier, 0);
}

void desktop_notifier_forget(struct desktop_notifier *notifier)
{
	if (!notifier->timer)
		return;
	close_bus(notifier);
	timer_stop(notifier->timer);
	notifier->told.n = notifier->n_failures = 0;
	notifier->id = 0;
	notifier->is_due = false;
}

bool desktop_notifier_is_busy(const struct desktop_notifier *notifier)
{
	return (notifier->bus || notifier->is_due) && !notifier->n_failures;
}

int desktop_notifier_init(struct desktop_notifier *notifier, sd_event *event, const char *bus_path,
			  desktop_notifier_list_fn list, void *userdata)
{
	*notifier = (struct desktop_notifier){
		.event = event,
		.list = list,
		.userdata = userdata,
	};
	int n = bus_path ? snprintf(notifier->bus_path, sizeof(notifier->bus_path), "%s", bus_path)
			 : snprintf(notifier->bus_path, sizeof(notifier->bus_path),
				    "/run/user/%u/bus", (unsigned)geteuid());

	if (n >= (int)sizeof(notifier->bus_path))
		return -ENAMETOOLONG;
	return timer_add(event, TIMER_NEVER, on_timer, notifier, &notifier->timer);
}

void desktop_notifier_finish(struct desktop_notifier *notifier)
{
	close_bus(notifier);
	notifier->timer = event_source_end(notifier->timer);
}
