/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xorg_layout.h"

#include <errno.h>
#include <stddef.h>

static bool is_of_kind(const struct xorg_section *section, xorg_filter_fn filter, const char *kind)
{
	return xorg_name_equal(section->kind, kind) && (!filter || filter(section));
}

/* The first section of that kind, and of that name unless it is NULL. */
static const struct xorg_section *find(const struct xorg_conf *conf, xorg_filter_fn filter,
				       const char *kind, const char *name)
{
	for (size_t i = 0; i < conf->n_sections; i++) {
		const struct xorg_section *section = &conf->sections[i];

		if (is_of_kind(section, filter, kind) &&
		    (name ? xorg_name_equal(section->identifier, name)
			  : !section->is_of_other_seat))
			return section;
	}
	return NULL;
}

/* ServerFlags' DefaultServerLayout, or NULL; the last one counts. */
static const struct xorg_section *find_default(const struct xorg_conf *conf, xorg_filter_fn filter)
{
	for (size_t i = conf->n_sections; i-- > 0;)
		if (is_of_kind(&conf->sections[i], filter, "ServerFlags") &&
		    xorg_section_option(&conf->sections[i], "DefaultServerLayout"))
			return &conf->sections[i];
	return NULL;
}

/* All layouts are checked, also those that are not used. */
static const struct xorg_section *find_broken(const struct xorg_conf *conf, xorg_filter_fn filter)
{
	for (size_t i = 0; i < conf->n_sections; i++) {
		const struct xorg_section *section = &conf->sections[i];

		if (is_of_kind(section, filter, "ServerLayout") && section->screen[0] &&
		    !find(conf, filter, "Screen", section->screen))
			return section;
	}
	return NULL;
}

int xorg_layout_resolve(const struct xorg_conf *conf, xorg_filter_fn filter,
			struct xorg_layout *ret_layout)
{
	struct xorg_layout layout = { .layout = find_broken(conf, filter) };
	const struct xorg_section *chooser;
	bool is_broken = layout.layout != NULL;

	if (!is_broken) {
		layout.layout = find(conf, filter, "ServerLayout", NULL);
		chooser = layout.layout ? find_default(conf, filter) : NULL;
		if (chooser)
			layout.layout = find(conf, filter, "ServerLayout",
					     xorg_section_option(chooser, "DefaultServerLayout"));
		is_broken = chooser && !layout.layout;
		if (is_broken)
			layout.layout = chooser;
	}
	if (is_broken) {
		*ret_layout = layout;
		return -ENOENT;
	}
	layout.screen = find(conf, filter, "Screen",
			     layout.layout && layout.layout->screen[0] ? layout.layout->screen
								       : NULL);
	if (layout.screen && layout.screen->device[0])
		layout.device = find(conf, filter, "Device", layout.screen->device);
	if (!layout.device)
		layout.device = find(conf, filter, "Device", NULL);
	*ret_layout = layout;
	return 0;
}

int xorg_layout_boolean(const struct xorg_conf *conf, const struct xorg_layout *layout,
			const char *name)
{
	const struct xorg_section *sections[] = { layout->device, layout->screen, NULL };
	int r = -ENOENT;

	if (layout->screen && layout->screen->monitor[0])
		sections[2] = find(conf, NULL, "Monitor", layout->screen->monitor);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]) && r == -ENOENT; i++)
		if (sections[i])
			r = xorg_section_boolean(sections[i], name);
	for (size_t i = 0; i < conf->n_sections && r == -ENOENT; i++)
		if (xorg_name_equal(conf->sections[i].kind, "OutputClass") &&
		    xorg_name_equal(conf->sections[i].driver, "nvidia"))
			r = xorg_section_boolean(&conf->sections[i], name);
	return r;
}

const struct gpu *xorg_primary_gpu(const struct gpu *gpus, size_t n)
{
	const struct gpu *vga = NULL;
	size_t n_vga = 0;

	for (size_t i = 0; i < n; i++) {
		if (gpus[i].is_boot_vga)
			return &gpus[i];
		if (gpus[i].is_vga) {
			vga = &gpus[i];
			n_vga++;
		}
	}
	if (n == 1)
		return gpus;
	return n_vga == 1 ? vga : NULL;
}
