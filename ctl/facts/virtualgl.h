/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether VirtualGL's vglserver_config keeps the graphics card for one group. */
#ifndef GPUDESK_VIRTUALGL_H
#define GPUDESK_VIRTUALGL_H

#include <stdbool.h>
#include <sys/types.h>

struct ctl;

#define VIRTUALGL_GROUP "vglusers"

struct virtualgl {
	gid_t gid;	    /* of VIRTUALGL_GROUP */
	char device[96];    /* a device that only the group may open; "": none, or no such group */
	bool is_in_modules; /* the driver is told to create its devices for the group */
};

/* Always fills *ret_virtualgl. */
void virtualgl_read(const struct ctl *ctl, struct virtualgl *ret_virtualgl);

/*
 * The user as whom GDM shows its login screen; NULL where the system has none: since GDM 49 that is
 * a dynamic one, gdm-greeter, which cannot be a member of any group's list.
 */
const char *virtualgl_gdm_user(const struct ctl *ctl);

#endif
