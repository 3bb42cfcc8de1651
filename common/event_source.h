/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GPUDESK_EVENT_SOURCE_H
#define GPUDESK_EVENT_SOURCE_H

#include <stddef.h>
#include <systemd/sd-event.h>

/*
 * Ends a source for good, even while the event loop holds a reference. Takes NULL and returns NULL.
 * (sd_event_source_disable_unref(3) came only with systemd 243, and RHEL 8 has 239.)
 */
static inline sd_event_source *event_source_end(sd_event_source *source)
{
	if (source)
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return sd_event_source_unref(source);
}

#endif
