/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"

#define OUR_MODES "gpudesk-"

enum { CLOCK_MAX = 290 }; /* MHz; the dummy driver takes up to 300, an HDMI link about 340 */

/* Xlib's error handlers take no userdata. */
static struct {
	unsigned long first; /* the number of the first request whose errors are ours */
	bool any;
	int (*others)(Display *, XErrorEvent *);
} errors;

/* An error may come late: what was requested before is not our business. */
static int note_error(Display *x, XErrorEvent *error)
{
	if ((long)(error->serial - errors.first) < 0)
		return errors.others(x, error);
	errors.any = true;
	return 0;
}

/* From the next request on, errors count. */
static void begin(Display *x)
{
	errors.first = XNextRequest(x);
	errors.any = false;
}

/* Whether all requests since begin() worked. */
static bool end(Display *x)
{
	XSync(x, False);
	return !errors.any;
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
	begin(display->x);
	errors.others = XSetErrorHandler(note_error);
	return read_monitor(monitor, display);
}

static void delete_unused_modes(struct display *display)
{
	struct monitor monitor;

	begin(display->x);
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
	}
	end(display->x);
	free_monitor(&monitor);
}

void monitor_close(struct monitor *monitor)
{
	free_monitor(monitor);
	delete_unused_modes(monitor->display);
	XSetErrorHandler(errors.others);
}

/* ---- changing ---- */

static bool set_screen_size(struct monitor *monitor, int width, int height)
{
	struct display *display = monitor->display;

	if (width == monitor->screen_width && height == monitor->screen_height)
		return true;
	begin(display->x);
	/* In millimetres, 96 pixels an inch: as X servers without a monitor have it. */
	XRRSetScreenSize(display->x, display->root, width, height, width * 254 / 960,
			 height * 254 / 960);
	if (!end(display->x))
		return false;
	monitor->screen_width = width;
	monitor->screen_height = height;
	return true;
}

bool monitor_set_screen_size(struct monitor *monitor, int width, int height)
{
	return set_screen_size(monitor, width, height);
}

/* Which mode the monitor is in, and nothing else; None switches it off. */
static bool set_crtc(struct monitor *monitor, RRMode mode)
{
	Display *x = monitor->display->x;
	XRRCrtcInfo *info = monitor->crtc_info;
	int n = mode == None ? 0 : info->noutput;

	begin(x);
	Status status = XRRSetCrtcConfig(x, monitor->resources, monitor->crtc, CurrentTime, 0, 0,
					 mode, info->rotation, n ? info->outputs : NULL, n);
	return end(x) && status == RRSetConfigSuccess;
}

/* By way of a screen that holds both sizes, or for lack of memory with the monitor off meanwhile.
 */
static bool change_size(struct monitor *monitor, RRMode mode, int width, int height)
{
	int max_width = width > monitor->screen_width ? width : monitor->screen_width;
	int max_height = height > monitor->screen_height ? height : monitor->screen_height;
	bool holds_both = set_screen_size(monitor, max_width, max_height);

	if (!holds_both && (max_width == width || !set_crtc(monitor, None)))
		return false;
	if (!holds_both && !set_screen_size(monitor, width, height))
		return false;
	return set_crtc(monitor, mode) && set_screen_size(monitor, width, height);
}

bool monitor_set_mode(struct monitor *monitor, RRMode mode, int width, int height)
{
	int old_width = monitor->screen_width, old_height = monitor->screen_height;

	if (!monitor->crtc_info)
		return false;
	if (change_size(monitor, mode, width, height))
		return true;
	/* Back to what was, from whichever step failed. */
	if (!change_size(monitor, monitor->mode, old_width, old_height))
		log_warning("cannot restore the screen's size %dx%d after an attempt to make it "
			    "%dx%d",
			    old_width, old_height, width, height);
	return false;
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

/* Adds a mode of that size to the monitor. Returns None if the X server refuses it. */
static RRMode add_mode(struct monitor *monitor, int width, int height)
{
	Display *x = monitor->display->x;
	bool turned = is_turned(monitor);
	int mode_width = turned ? height : width, mode_height = turned ? width : height;
	char name[64];

	snprintf(name, sizeof(name), OUR_MODES "%dx%d", mode_width, mode_height);
	begin(x);
	/* An earlier scraper may have left it. */
	RRMode mode = find_named(monitor->resources, name);
	if (mode == None) {
		XRRModeInfo info = make_mode(mode_width, mode_height, name);

		mode = XRRCreateMode(x, monitor->display->root, &info);
	}
	if (mode != None)
		XRRAddOutputMode(x, monitor->output, mode);
	return end(x) ? mode : None;
}

bool monitor_set_new_mode(struct monitor *monitor, int width, int height, RRMode *ret_mode)
{
	RRMode mode = add_mode(monitor, width, height);

	if (mode == None || !monitor_set_mode(monitor, mode, width, height))
		return false; /* monitor_close() deletes it */
	*ret_mode = mode;
	return true;
}

bool monitor_takes_modes(struct monitor *monitor)
{
	const XRRCrtcInfo *now = monitor->crtc_info;

	if (!now || monitor->mode_is_ours)
		return now;
	RRMode mode = add_mode(monitor, (int)now->width, (int)now->height);
	bool takes = mode != None && set_crtc(monitor, mode);
	set_crtc(monitor, monitor->mode);
	return takes;
}
