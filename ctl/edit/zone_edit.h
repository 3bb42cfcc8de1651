/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closing a port in the XML text of a firewalld zone, firewalld.zone(5). */
#ifndef GPUDESK_ZONE_EDIT_H
#define GPUDESK_ZONE_EDIT_H

#include <stddef.h>

/*
 * Takes out <port port="5901" protocol="tcp"/> for `port` "5901", with its line where it has one of
 * its own. Elements in comments and in rules stay. Returns 1 and the new malloc'ed text; 0 when
 * there is none; or -ENOMEM.
 */
int zone_edit_close(const char *text, size_t length, const char *port, char **ret_text,
		    size_t *ret_length);

#endif
