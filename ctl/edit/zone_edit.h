/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closes a port in the XML text of a firewalld zone, firewalld.zone(5). */
#ifndef GPUDESK_ZONE_EDIT_H
#define GPUDESK_ZONE_EDIT_H

#include <stddef.h>

/*
 * Removes <port port="5901" protocol="tcp"/> for `port` "5901", and its line if nothing else is on
 * it, but not from comments and rules. Returns 1 and the new text, for the caller to free; 0 if
 * there is no such element; or -ENOMEM.
 */
int zone_edit_close(const char *text, size_t length, const char *port, char **ret_text,
		    size_t *ret_length);

#endif
