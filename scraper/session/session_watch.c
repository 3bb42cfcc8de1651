/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_watch.h"

#include <sys/epoll.h>

#include "common/event_source.h"
#include "common/session_facts.h"
#include "common/session_record.h"

static int on_sessions_changed(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct session_watch *watch = userdata;

	(void)source;
	(void)fd;
	(void)events;
	sd_login_monitor_flush(watch->monitor);
	const char *reason = session_watch_over_reason(watch);
	if (reason)
		watch->over(reason, watch->userdata);
	return 0;
}

int session_watch_start(struct session_watch *watch, sd_event *event, const char *directory,
			uid_t record_owner, const char *session, session_over_fn over,
			void *userdata)
{
	*watch = (struct session_watch){
		.directory = directory,
		.record_owner = record_owner,
		.session = session,
		.over = over,
		.userdata = userdata,
	};
	int r = sd_login_monitor_new("session", &watch->monitor);
	if (r < 0)
		return r;
	return sd_event_add_io(event, &watch->source, sd_login_monitor_get_fd(watch->monitor),
			       EPOLLIN, on_sessions_changed, watch);
}

void session_watch_stop(struct session_watch *watch)
{
	watch->source = event_source_end(watch->source);
	watch->monitor = sd_login_monitor_unref(watch->monitor);
	watch->session = NULL;
}

const char *session_watch_over_reason(const struct session_watch *watch)
{
	struct session_record record;
	struct session_facts facts;

	if (!watch->session)
		return NULL;
	if (session_record_load(watch->directory, watch->session, watch->record_owner, &record) < 0)
		return "its record is gone";
	session_facts_read(watch->session, &facts);
	return session_record_stale_reason(&record, &facts);
}
