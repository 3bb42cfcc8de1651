/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From which addresses viewers are connected right now: asked of the scraper by its control socket
 * (common/control_protocol.h), which tells of each change.
 */
#ifndef GPUDESK_VIEWERS_WATCH_H
#define GPUDESK_VIEWERS_WATCH_H

#include <stdbool.h>
#include <systemd/sd-event.h>

enum { VIEWERS_WATCH_PATIENCE = 5 /* s, with the scraper's first answer */ };

struct viewers_watch;

/*
 * A viewer has come or gone, or settings have changed; or the watch is over for `reason`, and to be
 * ended in the call.
 */
typedef void (*viewers_watch_fn)(const char *reason, void *userdata);

/*
 * Asks at the socket at `path`, and waits for the first answer. Returns 0; -EPROTO: the scraper is
 * of another version; or -errno.
 */
int viewers_watch_start(sd_event *event, const char *path, viewers_watch_fn changed, void *userdata,
			struct viewers_watch **ret_watch);

/* Returns NULL, and takes it. */
struct viewers_watch *viewers_watch_end(struct viewers_watch *watch);

/* `host` is as net_format_host() writes it. */
bool viewers_watch_has(const struct viewers_watch *watch, const char *host);

#endif
