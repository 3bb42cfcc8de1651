/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which keys of its configuration the installed GDM knows. */
#ifndef GPUDESK_GDM_SCHEMA_H
#define GPUDESK_GDM_SCHEMA_H

#include <stdbool.h>

struct ctl;

/* WaylandEnable: GDM 50 has it no more. True also where GDM does not list its keys. */
bool gdm_schema_has_wayland(const struct ctl *ctl);

#endif
