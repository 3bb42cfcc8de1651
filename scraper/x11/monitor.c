/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor.h"

#include <string.h>

#include "common/log.h"
#include "monitor_mode.h"

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
static bool is_turned(const XRRCrtcInfo *info)
{
	return info->rotation & (RR_Rotate_90 | RR_Rotate_270);
}

static const XRRModeInfo *mode_info(const struct monitor *monitor, RRMode id)
{
	for (int i = 0; i < monitor->resources->nmode; i++)
		if (monitor->resources->modes[i].id == id)
			return &monitor->resources->modes[i];
	return NULL;
}

static void read_modes(struct monitor *monitor)
{
	bool turned = is_turned(monitor->crtcs[0]);

	for (int i = 0; i < monitor->output_info->nmode && monitor->n_modes < MONITOR_MODES_MAX;
	     i++) {
		const XRRModeInfo *mode = mode_info(monitor, monitor->output_info->modes[i]);

		if (!mode || mode->modeFlags & (RR_Interlace | RR_DoubleScan))
			continue;
		monitor->ids[monitor->n_modes] = mode->id;
		monitor->modes[monitor->n_modes++] = (struct resize_mode){
			.width = (int)(turned ? mode->height : mode->width),
			.height = (int)(turned ? mode->width : mode->height),
			.refresh = monitor_mode_refresh(mode),
		};
	}
}

static void read_crtcs(struct monitor *monitor)
{
	for (int i = 0; i < monitor->resources->ncrtc; i++) {
		XRRCrtcInfo *info = monitor_read_crtc(monitor->display, monitor->resources, i);

		if (!info)
			continue;
		if (monitor->now.n == SCREENS_MAX) {
			monitor->has_more = true;
			XRRFreeCrtcInfo(info);
			continue;
		}
		monitor->crtcs[monitor->now.n] = info;
		monitor->now.places[monitor->now.n++] = (struct monitor_place){
			.crtc = monitor->resources->crtcs[i],
			.mode = info->mode,
			.area = { info->x, info->y, (int)info->width, (int)info->height },
		};
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
	monitor->now.width = (int)width;
	monitor->now.height = (int)height;
	read_crtcs(monitor);
	if (!monitor->now.n)
		return true;
	monitor->mode_is_ours = monitor_mode_is_ours(
		mode_info(monitor, monitor->now.places[0].mode));
	monitor->output_info = XRRGetOutputInfo(display->x, monitor->resources,
						monitor->crtcs[0]->outputs[0]);
	if (monitor->output_info)
		read_modes(monitor);
	return monitor->output_info != NULL;
}

static void free_monitor(struct monitor *monitor)
{
	if (monitor->output_info)
		XRRFreeOutputInfo(monitor->output_info);
	for (int i = 0; i < monitor->now.n; i++)
		XRRFreeCrtcInfo(monitor->crtcs[i]);
	if (monitor->resources)
		XRRFreeScreenResources(monitor->resources);
}

bool monitor_open(struct monitor *monitor, struct display *display)
{
	begin(display->x);
	errors.others = XSetErrorHandler(note_error);
	return read_monitor(monitor, display);
}

static bool is_in_use(const struct monitor *monitor, RRMode mode)
{
	for (int i = 0; i < monitor->now.n; i++)
		if (monitor->now.places[i].mode == mode)
			return true;
	return monitor->has_more; /* it might be */
}

static void delete_unused_modes(struct display *display)
{
	struct monitor monitor;

	begin(display->x);
	if (read_monitor(&monitor, display)) {
		for (int i = 0; i < monitor.resources->nmode; i++) {
			const XRRModeInfo *mode = &monitor.resources->modes[i];

			if (!monitor_mode_is_ours(mode) || is_in_use(&monitor, mode->id))
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

	if (width == monitor->now.width && height == monitor->now.height)
		return true;
	begin(display->x);
	/* In millimetres, 96 pixels an inch: as X servers without a monitor have it. */
	XRRSetScreenSize(display->x, display->root, width, height, width * 254 / 960,
			 height * 254 / 960);
	if (!end(display->x))
		return false;
	monitor->now.width = width;
	monitor->now.height = height;
	return true;
}

static bool is_same_place(const struct monitor_place *a, const struct monitor_place *b)
{
	return a->crtc == b->crtc && a->mode == b->mode && a->area.x == b->area.x &&
	       a->area.y == b->area.y;
}

bool monitor_arrangement_is_same(const struct monitor_arrangement *a,
				 const struct monitor_arrangement *b)
{
	for (int i = 0; i < a->n && i < b->n; i++)
		if (!is_same_place(&a->places[i], &b->places[i]))
			return false;
	return a->n == b->n && a->width == b->width && a->height == b->height;
}

/* Mode and place of number `i`; mode None switches it off. */
static bool set_place(struct monitor *monitor, int i, const struct monitor_place *to)
{
	Display *x = monitor->display->x;
	XRRCrtcInfo *info = monitor->crtcs[i];
	int n = to->mode == None ? 0 : info->noutput;

	if (is_same_place(&monitor->now.places[i], to))
		return true;
	begin(x);
	Status status = XRRSetCrtcConfig(x, monitor->resources, to->crtc, CurrentTime, to->area.x,
					 to->area.y, to->mode, info->rotation,
					 n ? info->outputs : NULL, n);
	if (!end(x) || status != RRSetConfigSuccess)
		return false;
	monitor->now.places[i] = *to;
	return true;
}

static bool switch_off(struct monitor *monitor)
{
	bool worked = true;

	for (int i = 0; i < monitor->now.n; i++) {
		const struct monitor_place off = { .crtc = monitor->now.places[i].crtc };

		worked = set_place(monitor, i, &off) && worked;
	}
	return worked;
}

/* By way of a screen that holds both, or for lack of memory with the monitors off meanwhile. */
static bool change(struct monitor *monitor, const struct monitor_arrangement *to)
{
	int width = to->width > monitor->now.width ? to->width : monitor->now.width;
	int height = to->height > monitor->now.height ? to->height : monitor->now.height;

	if (!set_screen_size(monitor, width, height)) {
		if (width == to->width && height == to->height)
			return false;
		if (!switch_off(monitor) || !set_screen_size(monitor, to->width, to->height))
			return false;
	}
	for (int i = 0; i < to->n; i++)
		if (!set_place(monitor, i, &to->places[i]))
			return false;
	return set_screen_size(monitor, to->width, to->height);
}

bool monitor_arrange(struct monitor *monitor, const struct monitor_arrangement *to)
{
	const struct monitor_arrangement old = monitor->now;

	if (change(monitor, to))
		return true;
	/* Back to what was, from whichever step failed. */
	if (!change(monitor, &old))
		log_warning("cannot restore the screen's size %dx%d after an attempt to make it "
			    "%dx%d",
			    old.width, old.height, to->width, to->height);
	return false;
}

bool monitor_set_screen_size(struct monitor *monitor, int width, int height)
{
	struct monitor_arrangement to = monitor->now;

	to.width = width;
	to.height = height;
	return monitor_arrange(monitor, &to);
}

bool monitor_set_mode(struct monitor *monitor, RRMode mode, int width, int height)
{
	struct monitor_arrangement to = monitor->now;

	to.width = width;
	to.height = height;
	to.places[0].mode = mode;
	to.places[0].area = (struct rect){ 0, 0, width, height };
	return monitor_arrange(monitor, &to);
}

static RRMode find_named(const XRRScreenResources *resources, const char *name)
{
	for (int i = 0; i < resources->nmode; i++)
		if (strcmp(resources->modes[i].name, name) == 0)
			return resources->modes[i].id;
	return None;
}

static RRMode make_named(struct monitor *monitor, int width, int height, char *name)
{
	Display *x = monitor->display->x;
	XRRModeInfo info = monitor_mode_make(width, height, name);
	RRMode mode = XRRCreateMode(x, monitor->display->root, &info);
	XRRScreenResources *with = XRRGetScreenResourcesCurrent(x, monitor->display->root);

	/* For the next monitor of that size. */
	if (with) {
		XRRFreeScreenResources(monitor->resources);
		monitor->resources = with;
	}
	return mode;
}

/* Adds a mode of that size to monitor `i`. Returns None if the X server refuses it. */
static RRMode add_mode(struct monitor *monitor, int i, int width, int height)
{
	Display *x = monitor->display->x;
	const XRRCrtcInfo *info = monitor->crtcs[i];
	bool turned = is_turned(info);
	int mode_width = turned ? height : width, mode_height = turned ? width : height;
	char name[MONITOR_MODE_NAME_MAX];

	monitor_mode_name(mode_width, mode_height, name);
	begin(x);
	/* An earlier scraper may have left it. */
	RRMode mode = find_named(monitor->resources, name);
	if (mode == None)
		mode = make_named(monitor, mode_width, mode_height, name);
	for (int k = 0; mode != None && k < info->noutput; k++)
		XRRAddOutputMode(x, info->outputs[k], mode);
	return end(x) ? mode : None; /* monitor_close() deletes it if it is not used */
}

bool monitor_set_new_mode(struct monitor *monitor, int width, int height)
{
	RRMode mode = add_mode(monitor, 0, width, height);

	return mode != None && monitor_set_mode(monitor, mode, width, height);
}

bool monitor_share(struct monitor *monitor, const struct monitor_arrangement *base, int width,
		   int height)
{
	struct monitor_arrangement to = *base;

	to.width = width;
	to.height = height;
	for (int i = 0; i < to.n; i++) {
		struct monitor_place *place = &to.places[i];

		place->area = resize_share(place->area, base->width, base->height, width, height);
		place->mode = add_mode(monitor, i, place->area.w, place->area.h);
		if (place->mode == None)
			return false;
	}
	return monitor_arrange(monitor, &to);
}

bool monitor_takes_modes(struct monitor *monitor)
{
	if (!monitor->now.n || monitor->mode_is_ours)
		return monitor->now.n;
	const struct monitor_place old = monitor->now.places[0];
	struct monitor_place tried = old;

	tried.mode = add_mode(monitor, 0, old.area.w, old.area.h);
	bool takes = tried.mode != None && set_place(monitor, 0, &tried);
	set_place(monitor, 0, &old);
	return takes;
}
