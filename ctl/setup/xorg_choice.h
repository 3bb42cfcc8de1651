/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which card to draw the desktop on, and how to change Xorg's configuration for it. */
#ifndef GPUDESK_XORG_CHOICE_H
#define GPUDESK_XORG_CHOICE_H

#include <stddef.h>

#include "facts/gpus.h"
#include "facts/xorg_conf.h"

#define XORG_CHOICE_FILE "/etc/X11/xorg.conf.d/20-gpudesk.conf"
/* Of the setup that was documented before. */
#define XORG_CHOICE_OLD_FILE "/etc/X11/xorg.conf.d/00-xorg-js2.conf"

/*
 * The NVIDIA card that `wanted` names: its address as in xorg.conf or lspci, or its number among
 * those with NVIDIA's driver, from 0. NULL if there is none.
 */
const struct gpu *xorg_choice_find(const struct gpu *gpus, size_t n, const char *wanted);

enum xorg_action {
	XORG_NO_CARD,	  /* no NVIDIA card with NVIDIA's driver */
	XORG_IS_RIGHT,	  /* our file names that card */
	XORG_IS_OWN,	  /* the administrator's file names it */
	XORG_OWN_WRONG,	  /* the administrator's file names another card */
	XORG_WRITE,	  /* there is no Device section for NVIDIA's driver */
	XORG_CHANGE_CARD, /* our file names another card */
};

struct xorg_choice {
	enum xorg_action action;
	const struct gpu *gpu;		    /* NULL for XORG_NO_CARD */
	const struct xorg_section *section; /* the one to keep or change, or NULL */
	const struct xorg_section *old;	    /* the section in XORG_CHOICE_OLD_FILE, or NULL */
};

/*
 * 1. The card that --gpu names, else the one that the configuration names, else the first.
 * 2. A Device section for it in any other file than these two is the administrator's.
 * The result points into `gpus` and `conf`.
 */
struct xorg_choice xorg_choose(const struct gpu *gpus, size_t n, const struct xorg_conf *conf,
			       const char *wanted);

#endif
