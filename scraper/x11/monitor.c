/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor.h"

#include <stdio.h>
#include <string.h>

#define OUR_MODES "gpudesk-"

enum { CLOCK_MAX = 290 }; /* MHz; the dummy driver takes up to 300, an HDMI link about 340 */

/* Xlib's error handlers take no userdata. */
static bool had_error;

static int note_error(Display *x, XErrorEvent *error)
{
	(void)x;
	(void)error;
	had_error = true;
	return 0;
}

/* Whether requests since the last call had errors. */
static bool take_errors(Display *x)
{
	XSync(x, False);
	bool result = had_error;

	had_error = false;
	return result;
}

/* ---- reading ---- */

XRRCrtcInfo *monitor_read_crtc(struct display *display, XRRScreenResources *resources, int i)
{
	XRRCrtcInfo *info = XRRGetCrtcInfo(display->x, resources, resources->crtcs[i]);

	if (!info || (info->mode != None && info->noutput > 0))
		return info;
	XRRFreeCrtcInfo(info);
	return NULL;
}

/* Whether the picture is turned by 90 degrees, so that modes have their sides exchanged. */
static bool is_turned(const struct monitor *monitor)
{
	return monitor->crtc_info->rotation & (RR_Rotate_90 | RR_Rotate_270);
}

static const XRRModeInfo *mode_info(const struct monitor *monitor, RRMode id)
{
	for (int i = 0; i < monitor->resources->nmode; i++)
		if (monitor->resources->modes[i].id == id)
			return &monitor->resources->modes[i];
	return NULL;
}

static bool is_ours(const XRRModeInfo *mode)
{
	return mode && mode->name && strncmp(mode->name, OUR_MODES, strlen(OUR_MODES)) == 0;
}

static unsigned refresh_of(const XRRModeInfo *mode)
{
	uint64_t pixels = (uint64_t)mode->hTotal * mode->vTotal;

	return pixels ? (unsigned)((uint64_t)mode->dotClock * 1000 / pixels) : 0;
}

static void read_modes(struct monitor *monitor)
{
	bool turned = is_turned(monitor);

	for (int i = 0; i < monitor->output_info->nmode && monitor->n_modes < MONITOR_MODES_MAX;
	     i++) {
		const XRRModeInfo *mode = mode_info(monitor, monitor->output_info->modes[i]);

		if (!mode || mode->modeFlags & (RR_Interlace | RR_DoubleScan))
			continue;
		monitor->ids[monitor->n_modes] = mode->id;
		monitor->modes[monitor->n_modes++] = (struct resize_mode){
			.width = (int)(turned ? mode->height : mode->width),
			.height = (int)(turned ? mode->width : mode->height),
			.refresh = refresh_of(mode),
		};
	}
}

static void read_crtcs(struct monitor *monitor)
{
	for (int i = 0; i < monitor->resources->ncrtc; i++) {
		XRRCrtcInfo *info = monitor_read_crtc(monitor->display, monitor->resources, i);

		if (!info)
			continue;
		if (monitor->n_on++) {
			XRRFreeCrtcInfo(info);
			continue;
		}
		monitor->crtc = monitor->resources->crtcs[i];
		monitor->crtc_info = info;
		monitor->mode = info->mode;
		monitor->mode_is_ours = is_ours(mode_info(monitor, info->mode));
	}
}

static bool read_monitor(struct monitor *monitor, struct display *display)
{
	Window root;
	int x, y;
	unsigned width = 0, height = 0, ignored;

	*monitor = (struct monitor){
		.display = display,
		.resources = XRRGetScreenResourcesCurrent(display->x, display->root),
	};
	if (!monitor->resources || !XGetGeometry(display->x, display->root, &root, &x, &y, &width,
						 &height, &ignored, &ignored))
		return false;
	monitor->screen_width = (int)width;
	monitor->screen_height = (int)height;
	read_crtcs(monitor);
	if (!monitor->n_on)
		return true;
	monitor->output = monitor->crtc_info->outputs[0];
	monitor->output_info = XRRGetOutputInfo(display->x, monitor->resources, monitor->output);
	if (monitor->output_info)
		read_modes(monitor);
	return monitor->output_info != NULL;
}

static void free_monitor(struct monitor *monitor)
{
	if (monitor->output_info)
		XRRFreeOutputInfo(monitor->output_info);
	if (monitor->crtc_info)
		XRRFreeCrtcInfo(monitor->crtc_info);
	if (monitor->resources)
		XRRFreeScreenResources(monitor->resources);
}

bool monitor_open(struct monitor *monitor, struct display *display)
{
	int (*old_handler)(Display *, XErrorEvent *) = XSetErrorHandler(note_error);
	bool result = read_monitor(monitor, display);

	monitor->old_handler = old_handler;
	return result;
}

static void delete_unused_modes(struct display *display)
{
	struct monitor monitor;

	if (read_monitor(&monitor, display)) {
		for (int i = 0; i < monitor.resources->nmode; i++) {
			const XRRModeInfo *mode = &monitor.resources->modes[i];

			if (!is_ours(mode) || monitor.mode == mode->id)
				continue;
			for (int k = 0; k < monitor.resources->noutput; k++)
				XRRDeleteOutputMode(display->x, monitor.resources->outputs[k],
						    mode->id);
			XRRDestroyMode(display->x, mode->id);
		}
		take_errors(display->x);
	}
	free_monitor(&monitor);
}

void monitor_close(struct monitor *monitor)
{
	free_monitor(monitor);
	delete_unused_modes(monitor->display);
	XSetErrorHandler(monitor->old_handler);
}

/* ---- changing ---- */

static void set_screen_size(struct display *display, int width, int height)
{
	/* In millimetres, 96 pixels an inch: as X servers without a monitor have it. */
	XRRSetScreenSize(display->x, display->root, width, height, width * 254 / 960,
			 height * 254 / 960);
}

bool monitor_set_screen_size(struct monitor *monitor, int width, int height)
{
	set_screen_size(monitor->display, width, height);
	return !take_errors(monitor->display->x);
}

bool monitor_set_mode(struct monitor *monitor, RRMode mode, int width, int height)
{
	struct display *display = monitor->display;
	int old_width = monitor->screen_width, old_height = monitor->screen_height;
	int max_width = width > old_width ? width : old_width;
	int max_height = height > old_height ? height : old_height;
	XRRCrtcInfo *info = monitor->crtc_info;

	if (!info)
		return false;
	/* The screen must hold the monitor at each step; the grab hides the steps from programs. */
	XGrabServer(display->x);
	if (max_width != old_width || max_height != old_height)
		set_screen_size(display, max_width, max_height);
	Status status = XRRSetCrtcConfig(display->x, monitor->resources, monitor->crtc, CurrentTime,
					 0, 0, mode, info->rotation, info->outputs, info->noutput);
	bool worked = !take_errors(display->x) && status == RRSetConfigSuccess;
	if (!worked)
		set_screen_size(display, old_width, old_height);
	else if (max_width != width || max_height != height)
		set_screen_size(display, width, height);
	XUngrabServer(display->x);
	return !take_errors(display->x) && worked;
}

/* Timings like CVT's with reduced blanking; what drives a real monitor has modes of its own. */
static XRRModeInfo make_mode(int width, int height, char *name)
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

	while (refresh > 5 && total * refresh > CLOCK_MAX * UINT64_C(1000000))
		refresh--;
	mode.dotClock = (unsigned long)(total * refresh);
	return mode;
}

static RRMode find_named(const XRRScreenResources *resources, const char *name)
{
	for (int i = 0; i < resources->nmode; i++)
		if (strcmp(resources->modes[i].name, name) == 0)
			return resources->modes[i].id;
	return None;
}

bool monitor_set_new_mode(struct monitor *monitor, int width, int height, RRMode *ret_mode)
{
	Display *x = monitor->display->x;
	bool turned = is_turned(monitor);
	int mode_width = turned ? height : width, mode_height = turned ? width : height;
	char name[64];

	snprintf(name, sizeof(name), OUR_MODES "%dx%d", mode_width, mode_height);
	RRMode mode = find_named(monitor->resources,
				 name); /* an earlier scraper may have left it */
	if (mode == None) {
		XRRModeInfo info = make_mode(mode_width, mode_height, name);

		mode = XRRCreateMode(x, monitor->display->root, &info);
	}
	if (mode == None || take_errors(x))
		return false;
	XRRAddOutputMode(x, monitor->output, mode);
	if (!take_errors(x) && monitor_set_mode(monitor, mode, width, height)) {
		*ret_mode = mode;
		return true;
	}
	XRRDeleteOutputMode(x, monitor->output, mode);
	XRRDestroyMode(x, mode);
	take_errors(x);
	return false;
}
