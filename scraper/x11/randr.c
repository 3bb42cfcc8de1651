/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "randr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <X11/extensions/Xrandr.h>

#include "common/log.h"

#define OUR_MODES "gpudesk-"

enum {
	MODES_MAX = 512,
	CLOCK_MOST = 290, /* MHz; the dummy driver takes up to 300, and a HDMI link some 340 */
};

/* The one monitor that is on, and what it takes. */
struct monitor {
	XRRScreenResources *resources;
	RRCrtc crtc; /* None: no monitor is on */
	XRRCrtcInfo *crtc_info;
	RROutput output;
	XRROutputInfo *output_info;
	int n_on;
	int screen_width, screen_height;
	struct resize_mode modes[MODES_MAX];
	RRMode ids[MODES_MAX];
	size_t n_modes;
};

void randr_init(struct randr *randr, struct display *display)
{
	*randr = (struct randr){ .display = display };
}

/* ---- errors ---- */

/* Xlib's handlers take no userdata. */
static bool had_error;

static int note_error(Display *x, XErrorEvent *error)
{
	(void)x, (void)error;
	had_error = true;
	return 0;
}

/* Says whether requests since the last call had errors. */
static bool take_errors(Display *x)
{
	bool result;

	XSync(x, False);
	result = had_error;
	had_error = false;
	return result;
}

/* ---- looking ---- */

static bool is_on(const XRRCrtcInfo *info)
{
	return info && info->mode != None && info->noutput > 0;
}

static bool is_turned(const XRRCrtcInfo *info)
{
	return info->rotation & (RR_Rotate_90 | RR_Rotate_270);
}

static const XRRModeInfo *mode_info(const XRRScreenResources *resources, RRMode id)
{
	for (int i = 0; i < resources->nmode; i++)
		if (resources->modes[i].id == id)
			return &resources->modes[i];
	return NULL;
}

static bool is_ours(const XRRModeInfo *mode)
{
	return mode->name && !strncmp(mode->name, OUR_MODES, strlen(OUR_MODES));
}

static unsigned refresh_of(const XRRModeInfo *mode)
{
	uint64_t pixels = (uint64_t)mode->hTotal * mode->vTotal;

	return pixels ? (unsigned)((uint64_t)mode->dotClock * 1000 / pixels) : 0;
}

static void read_modes(struct monitor *monitor)
{
	bool turned = is_turned(monitor->crtc_info);

	for (int i = 0; i < monitor->output_info->nmode && monitor->n_modes < MODES_MAX; i++) {
		const XRRModeInfo *mode = mode_info(monitor->resources,
						    monitor->output_info->modes[i]);

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

static void monitor_finish(struct monitor *monitor)
{
	if (monitor->output_info)
		XRRFreeOutputInfo(monitor->output_info);
	if (monitor->crtc_info)
		XRRFreeCrtcInfo(monitor->crtc_info);
	if (monitor->resources)
		XRRFreeScreenResources(monitor->resources);
}

static bool monitor_read(struct monitor *monitor, struct display *display)
{
	Window root;
	int x, y;
	unsigned width = 0, height = 0, ignored;

	*monitor = (struct monitor){ .resources = XRRGetScreenResourcesCurrent(display->x,
									       display->root) };
	if (!monitor->resources || !XGetGeometry(display->x, display->root, &root, &x, &y, &width,
						 &height, &ignored, &ignored))
		return false;
	monitor->screen_width = (int)width;
	monitor->screen_height = (int)height;
	for (int i = 0; i < monitor->resources->ncrtc; i++) {
		RRCrtc crtc = monitor->resources->crtcs[i];
		XRRCrtcInfo *info = XRRGetCrtcInfo(display->x, monitor->resources, crtc);

		if (!is_on(info) || monitor->n_on++) {
			if (info)
				XRRFreeCrtcInfo(info);
			continue;
		}
		monitor->crtc = crtc;
		monitor->crtc_info = info;
	}
	if (!monitor->n_on)
		return true;
	monitor->output = monitor->crtc_info->outputs[0];
	monitor->output_info = XRRGetOutputInfo(display->x, monitor->resources, monitor->output);
	if (monitor->output_info)
		read_modes(monitor);
	return monitor->output_info != NULL;
}

static bool is_known(const struct screen_layout *layout, struct rect area)
{
	for (int i = 0; i < layout->n; i++)
		if (rect_contains(layout->screens[i].area, area))
			return true;
	return false;
}

static void add_screen(struct screen_layout *layout, uint32_t id, struct rect area)
{
	/* A monitor that shows what another one does is no screen of its own. */
	if (rect_is_empty(area) || layout->n == SCREENS_MAX || is_known(layout, area))
		return;
	layout->screens[layout->n].id = id;
	layout->screens[layout->n++].area = area;
}

void randr_read_layout(struct display *display, struct screen_layout *ret_layout)
{
	struct rect whole = { 0, 0, display->width, display->height };
	struct screen_layout layout = { .n = 0 };
	XRRScreenResources *resources = display->has_randr ? XRRGetScreenResourcesCurrent(
								     display->x, display->root)
							   : NULL;

	for (int i = 0; resources && i < resources->ncrtc; i++) {
		XRRCrtcInfo *info = XRRGetCrtcInfo(display->x, resources, resources->crtcs[i]);

		if (is_on(info))
			add_screen(&layout, (uint32_t)resources->crtcs[i],
				   rect_intersect((struct rect){ info->x, info->y, (int)info->width,
								 (int)info->height },
						  whole));
		if (info)
			XRRFreeCrtcInfo(info);
	}
	if (resources)
		XRRFreeScreenResources(resources);
	if (!layout.n)
		add_screen(&layout, 1, whole);
	*ret_layout = layout;
}

/* ---- changing ---- */

static void set_screen_size(struct display *display, int width, int height)
{
	/* Millimetres for 96 pixels an inch, as X servers without a monitor have it. */
	XRRSetScreenSize(display->x, display->root, width, height, width * 254 / 960,
			 height * 254 / 960);
}

/* The monitor in `mode`, the screen as large as the picture then. */
static bool set_mode(struct display *display, const struct monitor *monitor, RRMode mode, int width,
		     int height)
{
	int old_width = monitor->screen_width, old_height = monitor->screen_height;
	int most_width = width > old_width ? width : old_width;
	int most_height = height > old_height ? height : old_height;
	XRRCrtcInfo *info = monitor->crtc_info;
	Status status;

	if (!info)
		return false;
	/* The screen must hold the monitor at each moment, and nobody is to see it in between. */
	XGrabServer(display->x);
	if (most_width != old_width || most_height != old_height)
		set_screen_size(display, most_width, most_height);
	status = XRRSetCrtcConfig(display->x, monitor->resources, monitor->crtc, CurrentTime, 0, 0,
				  mode, info->rotation, info->outputs, info->noutput);
	bool well = !take_errors(display->x) && status == RRSetConfigSuccess;
	if (!well)
		set_screen_size(display, old_width, old_height);
	else if (most_width != width || most_height != height)
		set_screen_size(display, width, height);
	XUngrabServer(display->x);
	return !take_errors(display->x) && well;
}

/* Timings in the manner of CVT with reduced blanking; what drives a real monitor has its own modes.
 */
static void fill_mode(XRRModeInfo *mode, int width, int height, char *name)
{
	uint64_t total;
	unsigned refresh = 60;

	*mode = (XRRModeInfo){
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
	total = (uint64_t)mode->hTotal * mode->vTotal;
	while (refresh > 5 && total * refresh > CLOCK_MOST * UINT64_C(1000000))
		refresh--;
	mode->dotClock = (unsigned long)(total * refresh);
}

static RRMode find_named(const XRRScreenResources *resources, const char *name)
{
	for (int i = 0; i < resources->nmode; i++)
		if (!strcmp(resources->modes[i].name, name))
			return resources->modes[i].id;
	return None;
}

/* Makes a mode, or takes one that was left behind, and puts the monitor into it. */
static bool set_new_mode(struct display *display, struct monitor *monitor, int width, int height,
			 unsigned long *ret_mode)
{
	bool turned = is_turned(monitor->crtc_info);
	char name[64];
	XRRModeInfo info;

	snprintf(name, sizeof(name), OUR_MODES "%dx%d", turned ? height : width,
		 turned ? width : height);
	RRMode mode = find_named(monitor->resources, name);
	if (mode == None) {
		fill_mode(&info, turned ? height : width, turned ? width : height, name);
		mode = XRRCreateMode(display->x, display->root, &info);
	}
	if (mode == None || take_errors(display->x))
		return false;
	XRRAddOutputMode(display->x, monitor->output, mode);
	if (!take_errors(display->x) && set_mode(display, monitor, mode, width, height)) {
		*ret_mode = mode;
		return true;
	}
	XRRDeleteOutputMode(display->x, monitor->output, mode);
	XRRDestroyMode(display->x, mode);
	take_errors(display->x);
	return false;
}

/* Our modes that nobody uses. */
static void delete_modes(struct display *display)
{
	struct monitor monitor;

	if (monitor_read(&monitor, display)) {
		for (int i = 0; i < monitor.resources->nmode; i++) {
			const XRRModeInfo *mode = &monitor.resources->modes[i];

			if (!is_ours(mode) ||
			    (monitor.crtc_info && monitor.crtc_info->mode == mode->id))
				continue;
			for (int k = 0; k < monitor.resources->noutput; k++)
				XRRDeleteOutputMode(display->x, monitor.resources->outputs[k],
						    mode->id);
			XRRDestroyMode(display->x, mode->id);
		}
		take_errors(display->x);
	}
	monitor_finish(&monitor);
}

/* What there is to go back to: not to a mode of ours that was left behind. */
static void remember(struct randr *randr, const struct monitor *monitor)
{
	randr->old_mode = monitor->crtc_info ? monitor->crtc_info->mode : None;
	randr->old_width = monitor->screen_width;
	randr->old_height = monitor->screen_height;
	const XRRModeInfo *mode = mode_info(monitor->resources, randr->old_mode);
	if (!mode || !is_ours(mode) || !monitor->n_modes)
		return;
	randr->old_mode = monitor->ids[0];
	randr->old_width = monitor->modes[0].width;
	randr->old_height = monitor->modes[0].height;
}

static bool is_as_we_left_it(const struct randr *randr, const struct monitor *monitor)
{
	return randr->has_changed && monitor->screen_width == randr->width &&
	       monitor->screen_height == randr->height &&
	       (monitor->crtc_info ? monitor->crtc_info->mode : None) == randr->mode;
}

static struct resize_abilities abilities_of(const struct randr *randr, struct monitor *monitor)
{
	struct display *display = randr->display;
	struct resize_abilities can = {
		.modes = monitor->modes,
		.n_modes = monitor->n_modes,
		.takes_modes = !randr->takes_no_modes,
		.has_no_monitor = !monitor->n_on,
		.may_not = monitor->n_on > 1,
		.width = monitor->screen_width,
		.height = monitor->screen_height,
	};

	if (!XRRGetScreenSizeRange(display->x, display->root, &can.least_width, &can.least_height,
				   &can.most_width, &can.most_height))
		can.may_not = true;
	return can;
}

static bool carry_out(struct randr *randr, struct monitor *monitor, const struct resize_plan *plan,
		      unsigned long *ret_mode)
{
	struct display *display = randr->display;

	switch (plan->action) {
	case RESIZE_USE_MODE:
		*ret_mode = monitor->ids[plan->mode];
		return set_mode(display, monitor, *ret_mode, plan->width, plan->height);
	case RESIZE_NEW_MODE:
		return set_new_mode(display, monitor, plan->width, plan->height, ret_mode);
	case RESIZE_SCREEN:
		*ret_mode = None;
		set_screen_size(display, plan->width, plan->height);
		return !take_errors(display->x);
	case RESIZE_NOTHING:
		break;
	}
	return true;
}

static enum size_status try_plan(struct randr *randr, struct monitor *monitor,
				 const struct resize_plan *plan)
{
	bool was_ours = is_as_we_left_it(randr, monitor);
	struct randr before = *randr;
	unsigned long mode = None;

	if (plan->action == RESIZE_NOTHING)
		return plan->status;
	if (!was_ours)
		remember(&before, monitor);
	if (!carry_out(randr, monitor, plan, &mode))
		return SIZE_NO_RESOURCES;
	*randr = before;
	randr->has_changed = true;
	randr->width = plan->width;
	randr->height = plan->height;
	randr->mode = mode;
	log_info("a viewer has the screen resized to %dx%d%s", plan->width, plan->height,
		 plan->action == RESIZE_NEW_MODE ? ", a mode of its own" : "");
	return SIZE_DONE;
}

enum size_status randr_resize(struct randr *randr, struct size_request request)
{
	struct display *display = randr->display;
	enum size_status status = SIZE_PROHIBITED;
	struct monitor monitor;

	if (!display->has_randr)
		return status;
	int (*handler)(Display *, XErrorEvent *) = XSetErrorHandler(note_error);
	if (monitor_read(&monitor, display)) {
		struct resize_abilities can = abilities_of(randr, &monitor);
		struct resize_plan plan = resize_choose(request, &can);

		status = try_plan(randr, &monitor, &plan);
		if (status != SIZE_DONE && plan.action == RESIZE_NEW_MODE) {
			/* Next time it is not tried again. */
			randr->takes_no_modes = true;
			can.takes_modes = false;
			plan = resize_choose(request, &can);
			status = try_plan(randr, &monitor, &plan);
		}
	}
	monitor_finish(&monitor);
	delete_modes(display);
	XSetErrorHandler(handler);
	return status;
}

void randr_restore(struct randr *randr)
{
	struct display *display = randr->display;
	struct monitor monitor;
	bool well;

	if (!randr->has_changed)
		return;
	int (*handler)(Display *, XErrorEvent *) = XSetErrorHandler(note_error);
	if (monitor_read(&monitor, display) && is_as_we_left_it(randr, &monitor)) {
		if (randr->old_mode != None) {
			well = set_mode(display, &monitor, randr->old_mode, randr->old_width,
					randr->old_height);
		} else {
			set_screen_size(display, randr->old_width, randr->old_height);
			well = !take_errors(display->x);
		}
		if (well)
			log_info("the screen is %dx%d again", randr->old_width, randr->old_height);
		else
			log_warning("cannot give the screen its old size %dx%d back",
				    randr->old_width, randr->old_height);
	}
	monitor_finish(&monitor);
	delete_modes(display);
	XSetErrorHandler(handler);
	randr->has_changed = false;
}
