/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NVIDIA's driver: its versions, and what nvidia-smi(1) and the kernel say of it. */
#ifndef GPUDESK_NVIDIA_H
#define GPUDESK_NVIDIA_H

#include <stdbool.h>
#include <stddef.h>

#include "distribution.h"

enum { NVIDIA_VERSION_MAX = 32, NVIDIA_WORDS_MAX = 200, NVIDIA_PACKAGE_MAX = 128 };

/* Versions as in "550.54.15"; "" if unknown, or if there is none. */
struct nvidia {
	char loaded[NVIDIA_VERSION_MAX];    /* the kernel module that runs */
	char installed[NVIDIA_VERSION_MAX]; /* the one that this kernel would load next */
	char library[NVIDIA_VERSION_MAX];   /* libnvidia-ml.so.1 */
	bool is_nouveau_loaded;
	bool is_secure_boot;		    /* the kernel loads signed modules only */
	char smi_problem[NVIDIA_WORDS_MAX]; /* what nvidia-smi said when it failed; "": it did not
					     */
	char license[NVIDIA_WORDS_MAX];	    /* of a vGPU that has none: "Unlicensed (Restricted)" */
	char license_product[NVIDIA_WORDS_MAX];
};

/*
 * Reads the kernel's and the library's files. With `may_run`, asks modinfo(8) and nvidia-smi(1),
 * for 10 s at most. Always fills *ret_nvidia.
 */
void nvidia_read(const struct ctl *ctl, bool may_run, struct nvidia *ret_nvidia);

/* Takes the licence from what "nvidia-smi -q" printed. */
void nvidia_parse_smi(const char *text, struct nvidia *nvidia);

/* The package with nvidia_drv.so, as this distribution calls it. */
void nvidia_x_package(const struct ctl *ctl, const struct distribution *distribution,
		      char ret_package[static NVIDIA_PACKAGE_MAX]);

#endif
