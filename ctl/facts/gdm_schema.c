/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gdm_schema.h"

#include <stdlib.h>
#include <string.h>

#include "machine_file.h"

enum { SCHEMA_MAX = 65536 };

bool gdm_schema_has_wayland(const struct ctl *ctl)
{
	char *text;

	if (machine_file_read(ctl, "/usr/share/gdm/gdm.schemas", SCHEMA_MAX, &text, NULL) < 0)
		return true;
	bool has = strstr(text, "<key>daemon/WaylandEnable</key>") || !strstr(text, "<key>daemon/");
	free(text);
	return has;
}
