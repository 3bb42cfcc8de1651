/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server.h"
#include "server_state.h"
#include "viewer/viewer_status.h"

void server_report(const struct server *server, FILE *answer)
{
	uint64_t now = server_now(server);
	unsigned n = 0;

	if (server_display(server))
		fprintf(answer, "display=%s\n", server_display(server));
	if (server_is_seen(server))
		fprintf(answer, "size=%dx%d\n", server->display.width, server->display.height);
	else if (server->rfb)
		fprintf(answer, "status_screen=%s\n",
			*server->status.text.reason ? server->status.text.reason
						    : server->status.text.headline);
	for (const struct viewer *viewer = server->viewers; viewer; viewer = viewer->next)
		if (!viewer->is_gone)
			viewer_report(viewer, n++, now, answer);
	fprintf(answer, "viewers=%u\n", n);
}
