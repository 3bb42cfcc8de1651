/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drop-ins of units that systemd has not read. It says itself when a file that it knows has
 * changed, but before version 255 it does not look for new folders.
 */
#ifndef GPUDESK_DROP_INS_H
#define GPUDESK_DROP_INS_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

struct ctl;

/* Whether the administrator's folders for the unit have a drop-in that is not among `known`. */
bool drop_ins_are_new(const struct ctl *ctl, const char *unit, char *const *known);

/* The same, `known` being what systemd has read. False if it cannot be asked. */
bool drop_ins_are_unread(sd_bus *bus, const struct ctl *ctl, const char *unit);

#endif
