/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "server.h"
#include "server_state.h"

/* Of RFC 6143, 7.7, and older ones that viewers still ask for. */
static const char *encoding_name(int32_t number)
{
	switch (number) {
	case 0:
		return "raw";
	case 1:
		return "copyrect";
	case 2:
		return "rre";
	case 4:
		return "corre";
	case 5:
		return "hextile";
	case 6:
		return "zlib";
	case 7:
		return "tight";
	case 9:
		return "ultra";
	case 16:
		return "zrle";
	default:
		return NULL;
	}
}

static void report_preferred(int32_t number, unsigned n, FILE *answer)
{
	const char *name = encoding_name(number);

	if (name)
		fprintf(answer, "viewer.%u.asks_for=%s\n", n, name);
	else
		fprintf(answer, "viewer.%u.asks_for=%" PRId32 "\n", n, number);
}

/* The wall clock may have been set meanwhile, so it is asked now. */
static uint64_t unix_time(uint64_t monotonic, uint64_t now)
{
	return (uint64_t)time(NULL) - (now - monotonic) / 1000000;
}

static void report_viewer(const struct viewer *viewer, unsigned n, uint64_t now, FILE *answer)
{
	const struct update *update = &viewer->update;
	unsigned rate = frame_count_read(&viewer->rate, viewer->connected, now);

	fprintf(answer, "viewer.%u.peer=%s\n", n, viewer->peer);
	fprintf(answer, "viewer.%u.since=%" PRIu64 "\n", n, unix_time(viewer->connected, now));
	fprintf(answer, "viewer.%u.view_only=%s\n", n, viewer->view_only ? "yes" : "no");
	fprintf(answer, "viewer.%u.frames=%" PRIu64 "\n", n, viewer->n_updates);
	fprintf(answer, "viewer.%u.frame_rate=%u.%u\n", n, rate / 10, rate % 10);
	fprintf(answer, "viewer.%u.bytes=%" PRIu64 "\n", n, viewer->out.bytes_written);
	if (update->encoder.last_name)
		fprintf(answer, "viewer.%u.encoding=%s\n", n, update->encoder.last_name);
	report_preferred(update->encodings.preferred, n, answer);
	fprintf(answer, "viewer.%u.link=%s\n", n,
		link_speed_is_local(&update->link) ? "local" : "remote");
}

void server_report(const struct server *server, FILE *answer)
{
	uint64_t now = server_now(server);
	unsigned n = 0;

	fprintf(answer, "display=%s\n", DisplayString(server->display.x));
	if (server->watching)
		fprintf(answer, "size=%dx%d\n", server->display.width, server->display.height);
	for (const struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (!viewer->is_gone)
			report_viewer(viewer, n++, now, answer);
	fprintf(answer, "viewers=%u\n", n);
}
