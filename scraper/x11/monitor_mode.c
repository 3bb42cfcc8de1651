/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor_mode.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define OUR_MODES "gpudesk-"

void monitor_mode_name(int width, int height, char ret_name[static MONITOR_MODE_NAME_MAX])
{
	snprintf(ret_name, MONITOR_MODE_NAME_MAX, OUR_MODES "%dx%d", width, height);
}

bool monitor_mode_is_ours(const XRRModeInfo *mode)
{
	return mode && mode->name && strncmp(mode->name, OUR_MODES, strlen(OUR_MODES)) == 0;
}

unsigned monitor_mode_refresh(const XRRModeInfo *mode)
{
	uint64_t pixels = (uint64_t)mode->hTotal * mode->vTotal;

	return pixels ? (unsigned)((uint64_t)mode->dotClock * 1000 / pixels) : 0;
}

/* Timings like CVT's with reduced blanking; what drives a real monitor has modes of its own. */
XRRModeInfo monitor_mode_make(int width, int height, char *name)
{
	XRRModeInfo mode = {
		.width = (unsigned)width,
		.height = (unsigned)height,
		.hSyncStart = (unsigned)width + 48,
		.hSyncEnd = (unsigned)width + 80,
		.hTotal = (unsigned)width + 160,
		.vSyncStart = (unsigned)height + 3,
		.vSyncEnd = (unsigned)height + 9,
		.vTotal = (unsigned)height + 9 + (unsigned)height / 30,
		.modeFlags = RR_HSyncPositive | RR_VSyncNegative,
		.name = name,
		.nameLength = (unsigned)strlen(name),
	};
	uint64_t total = (uint64_t)mode.hTotal * mode.vTotal;
	unsigned refresh = 60;

	while (refresh > 5 && total * refresh > MONITOR_MODE_CLOCK_MAX * UINT64_C(1000000))
		refresh--;
	mode.dotClock = (unsigned long)(total * refresh);
	return mode;
}
