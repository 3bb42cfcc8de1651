/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sections Xorg uses of all that it reads: ServerLayout, its Screen, and that one's Device.
 */
#ifndef GPUDESK_XORG_LAYOUT_H
#define GPUDESK_XORG_LAYOUT_H

#include <stdbool.h>

#include "gpus.h"
#include "xorg_conf.h"

/* Pointers into the configuration; NULL where Xorg has to find something by itself. */
struct xorg_layout {
	const struct xorg_section *layout, *screen, *device;
};

/* Whether Xorg is to read the section: for an answer to "what if this file were not there?". */
typedef bool (*xorg_filter_fn)(const struct xorg_section *section);

/*
 * Follows the references as Xorg's xf86HandleConfigFile() does. `filter` may be NULL. Returns 0;
 * -ENOENT if DefaultServerLayout or a ServerLayout names a section that does not exist: then Xorg
 * does not start, and ret_layout->layout is the section that names it.
 */
int xorg_layout_resolve(const struct xorg_conf *conf, xorg_filter_fn filter,
			struct xorg_layout *ret_layout);

/*
 * A boolean option of NVIDIA's driver in the sections that count: the Device, the Screen, its
 * Monitor, and each OutputClass for that driver. Values as in xorg_section_boolean().
 */
int xorg_layout_boolean(const struct xorg_conf *conf, const struct xorg_layout *layout,
			const char *name);

/* The card that a Device without BusID gets: the one that the firmware showed its text on, else the
 * only one; NULL if that is unclear. */
const struct gpu *xorg_primary_gpu(const struct gpu *gpus, size_t n);

#endif
