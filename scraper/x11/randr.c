/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "randr.h"

#include "common/log.h"

void randr_init(struct randr *randr, struct display *display)
{
	*randr = (struct randr){ .display = display };
}

/* ---- layout ---- */

static bool is_covered(const struct screen_layout *layout, struct rect area)
{
	for (int i = 0; i < layout->n; i++)
		if (rect_contains(layout->screens[i].area, area))
			return true;
	return false;
}

static void add_screen(struct screen_layout *layout, uint32_t id, struct rect area)
{
	/* A monitor that mirrors another one is no screen of its own. */
	if (rect_is_empty(area) || layout->n == SCREENS_MAX || is_covered(layout, area))
		return;
	layout->screens[layout->n].id = id;
	layout->screens[layout->n++].area = area;
}

void randr_read_layout(struct display *display, struct screen_layout *ret_layout)
{
	struct rect whole = { 0, 0, display->width, display->height };
	struct screen_layout layout = { .n = 0 };
	XRRScreenResources *resources = NULL;

	if (display->has_randr)
		resources = XRRGetScreenResourcesCurrent(display->x, display->root);
	for (int i = 0; resources && i < resources->ncrtc; i++) {
		XRRCrtcInfo *info = monitor_read_crtc(display, resources, i);

		if (!info)
			continue;
		struct rect area = { info->x, info->y, (int)info->width, (int)info->height };
		add_screen(&layout, (uint32_t)resources->crtcs[i], rect_intersect(area, whole));
		XRRFreeCrtcInfo(info);
	}
	if (resources)
		XRRFreeScreenResources(resources);
	if (!layout.n)
		add_screen(&layout, 1, whole);
	*ret_layout = layout;
}

/* ---- resizing ---- */

/* What to restore later: for a single monitor, never a mode that another scraper made. */
static void remember(struct randr *randr, const struct monitor *monitor)
{
	randr->old = monitor->now;
	if (!monitor->mode_is_ours || !monitor->n_modes || monitor->now.n > 1)
		return;
	randr->old.width = monitor->modes[0].width;
	randr->old.height = monitor->modes[0].height;
	randr->old.places[0].mode = monitor->ids[0];
	randr->old.places[0].area = (struct rect){ 0, 0, randr->old.width, randr->old.height };
}

static bool is_as_we_left_it(const struct randr *randr, const struct monitor *monitor)
{
	return randr->has_changed && monitor_arrangement_is_same(&randr->set, &monitor->now);
}

static struct resize_abilities abilities_of(const struct randr *randr, struct monitor *monitor)
{
	struct display *display = randr->display;
	struct resize_abilities can = {
		.modes = monitor->modes,
		.n_modes = monitor->n_modes,
		.takes_modes = randr->modes != RANDR_MODES_REFUSED,
		.n_monitors = monitor->now.n,
		.is_prohibited = monitor->has_more,
		.width = monitor->now.width,
		.height = monitor->now.height,
	};

	if (!XRRGetScreenSizeRange(display->x, display->root, &can.min_width, &can.min_height,
				   &can.max_width, &can.max_height))
		can.is_prohibited = true;
	return can;
}

static bool carry_out(struct monitor *monitor, const struct resize_plan *plan,
		      const struct monitor_arrangement *old)
{
	switch (plan->action) {
	case RESIZE_USE_MODE:
		return monitor_set_mode(monitor, monitor->ids[plan->mode], plan->width,
					plan->height);
	case RESIZE_NEW_MODE:
		return monitor_set_new_mode(monitor, plan->width, plan->height);
	case RESIZE_SHARE:
		return monitor_share(monitor, old, plan->width, plan->height);
	case RESIZE_SCREEN:
		return monitor_set_screen_size(monitor, plan->width, plan->height);
	case RESIZE_NOTHING:
		break;
	}
	return true;
}

static enum size_status try_plan(struct randr *randr, struct monitor *monitor,
				 const struct resize_plan *plan)
{
	struct randr changed = *randr;

	if (plan->action == RESIZE_NOTHING)
		return plan->status;
	if (!is_as_we_left_it(randr, monitor))
		remember(&changed, monitor);
	if (!carry_out(monitor, plan, &changed.old))
		return SIZE_NO_RESOURCES;
	changed.has_changed = true;
	changed.set = monitor->now;
	*randr = changed;
	log_info("resized the screen to %dx%d for a viewer%s", plan->width, plan->height,
		 plan->action == RESIZE_NEW_MODE ? ", in a new mode" : "");
	return SIZE_DONE;
}

/* Tries new modes out once one was not taken: that may be due to its size, or to all of them. */
static bool takes_modes(struct randr *randr, struct monitor *monitor)
{
	if (randr->modes == RANDR_MODES_UNKNOWN)
		randr->modes = monitor_takes_modes(monitor) ? RANDR_MODES_TAKEN
							    : RANDR_MODES_REFUSED;
	return randr->modes == RANDR_MODES_TAKEN;
}

static enum size_status resize(struct randr *randr, struct monitor *monitor,
			       struct size_request request)
{
	struct resize_abilities can = abilities_of(randr, monitor);
	struct resize_plan plan = resize_choose(request, &can);
	enum size_status status = try_plan(randr, monitor, &plan);

	if (plan.action != RESIZE_NEW_MODE && plan.action != RESIZE_SHARE)
		return status;
	if (status == SIZE_DONE) {
		randr->modes = RANDR_MODES_TAKEN;
		return status;
	}
	if (takes_modes(randr, monitor))
		return status;
	can.takes_modes = false;
	plan = resize_choose(request, &can);
	return try_plan(randr, monitor, &plan);
}

enum size_status randr_resize(struct randr *randr, struct size_request request)
{
	enum size_status status = SIZE_PROHIBITED;
	struct monitor monitor;

	if (!randr->display->has_randr)
		return status;
	if (monitor_open(&monitor, randr->display))
		status = resize(randr, &monitor, request);
	monitor_close(&monitor);
	return status;
}

void randr_restore(struct randr *randr)
{
	int width = randr->old.width, height = randr->old.height;
	struct monitor monitor;

	if (!randr->has_changed)
		return;
	if (monitor_open(&monitor, randr->display) && is_as_we_left_it(randr, &monitor)) {
		if (monitor_arrange(&monitor, &randr->old))
			log_info("restored the screen's size to %dx%d", width, height);
		else
			log_warning("cannot restore the screen's size to %dx%d", width, height);
	}
	monitor_close(&monitor);
	randr->has_changed = false;
}
