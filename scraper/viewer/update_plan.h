/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pixels go into a viewer's update, and in which parts: all that it has not seen, and some of
 * what it has seen with loss. No I/O.
 */
#ifndef GPUDESK_UPDATE_PLAN_H
#define GPUDESK_UPDATE_PLAN_H

#include <stdint.h>

#include "update.h"

/*
 * Plans the next update: update->parts, n_pixels and touches_pointer, which are as for an empty one
 * before. *ret_rest: what is to stay unseen; empty if nothing. `now`: µs.
 */
void update_plan(struct update *update, const struct frame *frame, uint64_t now,
		 struct rect *ret_rest);

#endif
