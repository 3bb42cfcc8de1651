/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A viewer's connection: from the hand-over of its socket to its end. */
#ifndef GPUDESK_VIEWER_CONNECTION_H
#define GPUDESK_VIEWER_CONNECTION_H

#include "viewer.h"

/*
 * Takes over `fd`, whose peer has been authenticated and told so. Its next byte is ClientInit. On
 * failure `fd` is still the caller's. Returns 0 or -errno.
 */
int viewer_create(sd_event *event, int fd, const char *peer, bool view_only,
		  enum compression_mode compression, struct rfb_server *server,
		  const struct update_source *source, const struct viewer_callbacks *callbacks,
		  void *userdata, struct viewer **ret_viewer);
void viewer_destroy(struct viewer *viewer);

#endif
