/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which card to draw the desktop on, and how to change Xorg's configuration for it. */
#ifndef GPUDESK_XORG_CHOICE_H
#define GPUDESK_XORG_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "facts/gpus.h"
#include "facts/xorg_layout.h"

#define XORG_CHOICE_FILE "/etc/X11/xorg.conf.d/20-gpudesk.conf"
/* Where it is while there is no card for it: Xorg reads only *.conf. */
#define XORG_CHOICE_ASIDE XORG_CHOICE_FILE ".no-card"
/* Of the setup that was documented before. */
#define XORG_CHOICE_OLD_FILE "/etc/X11/xorg.conf.d/00-xorg-js2.conf"

/*
 * The NVIDIA card that `wanted` names: its address as in xorg.conf or lspci, or its number among
 * those with NVIDIA's driver, from 0. NULL if there is none.
 */
const struct gpu *xorg_choice_find(const struct gpu *gpus, size_t n, const char *wanted);

enum xorg_action {
	XORG_NO_CARD,	  /* no NVIDIA card with NVIDIA's kernel driver */
	XORG_NO_DRIVER,	  /* a card, but Xorg has no driver for it */
	XORG_IS_RIGHT,	  /* our file names that card */
	XORG_IS_OWN,	  /* the administrator's files do */
	XORG_OWN_WRONG,	  /* the administrator's files do something else */
	XORG_WRITE,	  /* the card is named nowhere, or only in the old file */
	XORG_CHANGE_CARD, /* our file names another card */
};

struct xorg_choice {
	enum xorg_action action;
	const struct gpu *gpu;	/* NULL for XORG_NO_CARD */
	struct xorg_layout own; /* what Xorg uses of the administrator's files */
	bool is_own_broken;	/* Xorg does not start: own.layout names what does not exist */
	bool has_ours, has_old; /* the files that Xorg reads, if only one section of them */
};

/*
 * 1. The card that --gpu names, else the one that the configuration names, else the first.
 * 2. A Screen, or a Device for NVIDIA's driver, in any other file than these two is the
 *    administrator's layout, which takes precedence. The old file is part of it if it refers to it.
 * `has_driver`: Xorg has NVIDIA's driver. The result points into `gpus` and `conf`.
 */
struct xorg_choice xorg_choose(const struct gpu *gpus, size_t n, const struct xorg_conf *conf,
			       const char *wanted, bool has_driver);

/* The Device section for NVIDIA's driver in that file, or NULL. */
const struct xorg_section *xorg_choice_device(const struct xorg_conf *conf, const char *path);

#endif
