/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The installed X server and its drivers. */
#ifndef GPUDESK_X_SERVER_H
#define GPUDESK_X_SERVER_H

#include <stdbool.h>

#include "xorg_conf.h"

enum { X_SERVER_PATH_MAX = 512 };

bool x_server_is_installed(const struct ctl *ctl);

/*
 * Finds a driver as Xorg's loader does: "nvidia" is nvidia_drv.so in a ModulePath of the
 * configuration or in the usual directories, or in a directory below. An OutputClass counts as
 * matching. Returns whether there is one; ret_path is not touched otherwise.
 */
bool x_server_find_driver(const struct ctl *ctl, const struct xorg_conf *conf, const char *driver,
			  char ret_path[static X_SERVER_PATH_MAX]);

#endif
