/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must be there before setup begins: without it, gpudesk has nothing to show. */
#ifndef GPUDESK_REQUIREMENTS_H
#define GPUDESK_REQUIREMENTS_H

#include "setup.h"

/* Returns CTL_OK, or CTL_FAILED after saying what is missing and what works here instead. */
int requirements_check(const struct setup *setup);

#endif
