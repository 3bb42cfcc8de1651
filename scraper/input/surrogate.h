/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Halves of UTF-16 surrogate pairs as keysyms: some viewers (guacamole-common-js 1.5) send a
 * character beyond U+FFFF as two of them, or one of them besides the character. No I/O.
 */
#ifndef GPUDESK_SURROGATE_H
#define GPUDESK_SURROGATE_H

#include <stdbool.h>
#include <stdint.h>

/* All zeros to begin with. */
struct surrogate {
	uint32_t high; /* the last keysym that was pressed, if it is a first half; else 0 */
	uint32_t pair; /* the character of the pair that is down, as a keysym; else 0 */
};

/*
 * A key of one viewer is pressed or released. Returns whether there is a key to go on with: not for
 * a half that stands alone. The second half of a pair becomes the character in *keysym.
 */
bool surrogate_join(struct surrogate *surrogate, uint32_t *keysym, bool down);

#endif
