/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which card the desktop is drawn on, and what is to be done about Xorg's configuration. */
#ifndef GPUDESK_XORG_CHOICE_H
#define GPUDESK_XORG_CHOICE_H

#include <stddef.h>

#include "facts/gpus.h"
#include "facts/xorg_conf.h"

#define XORG_CHOICE_FILE "/etc/X11/xorg.conf.d/20-gpudesk.conf"
/* What the setup that was documented before has written. */
#define XORG_CHOICE_OLD_FILE "/etc/X11/xorg.conf.d/00-xorg-js2.conf"

/*
 * The card that `wanted` means: a BusID as xorg.conf or lspci has it, or its number among the
 * NVIDIA cards, from 0. NULL when there is none such.
 */
const struct gpu *xorg_choice_find(const struct gpu *gpus, size_t n, const char *wanted);

enum xorg_action {
	XORG_NO_CARD,	/* no NVIDIA card, or no driver for it */
	XORG_IS_RIGHT,	/* our file is there, for that card */
	XORG_IS_OWN,	/* the administrator has a file for it */
	XORG_OWN_WRONG, /* the administrator has one, for a card that is not there */
	XORG_WRITE,
	XORG_CHANGE_CARD, /* our file is there, for another card */
};

struct xorg_choice {
	enum xorg_action action;
	const struct gpu *gpu;		    /* NULL for XORG_NO_CARD */
	const struct xorg_section *section; /* the Device section that counts, or NULL */
	const struct xorg_section *old;	    /* the one of XORG_CHOICE_OLD_FILE, or NULL */
};

/*
 * 1. What --gpu names; else the card that the configuration names already; else the first one.
 * 2. A Device section for it in any file but ours and the documented one is the administrator's.
 * The pointers are into `gpus` and `conf`.
 */
struct xorg_choice xorg_choose(const struct gpu *gpus, size_t n, const struct xorg_conf *conf,
			       const char *wanted);

#endif
