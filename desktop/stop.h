/* SPDX-License-Identifier: GPL-2.0-or-later */
/* desktop_timeout: stopping the display manager some time after the last viewer left. */
#ifndef GPUDESK_STOP_H
#define GPUDESK_STOP_H

#include <sys/types.h>

#include "common/config.h"

/*
 * When the scraper of `user` has ended: has systemd call stop_now() in due time. Both log what they
 * do, or why they do not, and return 0 or -errno.
 */
int stop_schedule(const struct config *config, const char *user);

/* Stops the display manager. If it is still used, has systemd call again. */
int stop_now(const struct config *config, const char *user, uid_t uid);

#endif
