/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What to send a rectangle as: of the methods that the viewer takes, the one that gets it there
 * first, by the measured speed of the link and the measured cost of each method. No I/O.
 */
#ifndef GPUDESK_ENCODER_CHOICE_H
#define GPUDESK_ENCODER_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/config.h"
#include "protocol/client_messages.h"

enum method {
	METHOD_RAW,
	METHOD_ZLIB,	    /* Zlib encoding, lossless and fast */
	METHOD_ZLIB_SMALL,  /* two thirds of the bytes for three times the CPU */
	METHOD_ZLIB_COARSE, /* the two at half the sharpness, refreshed at rest */
	METHOD_ZLIB_COARSE_SMALL,
	METHOD_ZRLE,
	METHOD_TIGHT, /* lossless */
	METHOD_JPEG,  /* Tight with JPEG where it fits, refreshed at rest */
	METHOD_HEXTILE,
	N_METHODS,
};

/* Measured, per pixel on average. */
struct method_cost {
	double cpu; /* ns */
	double bytes;
};

/* [0] text and windows, [1] pictures (photographs, films, 3D): see frame_is_picture. */
struct method_costs {
	struct method_cost of[2][N_METHODS];
};

/* The name in `gpudesk status`: "raw", "tight"; "jpeg" is Tight with JPEG in it. */
const char *method_name(enum method method);

/* The costs to begin with: of bench's pictures, on an ordinary machine. */
void method_costs_init(struct method_costs *costs);

/*
 * `pixels` pixels took `nsec` ns of CPU time and made `bytes` bytes. Small samples count less.
 * Zlib's two levels learn from each other.
 */
void method_costs_learn(struct method_costs *costs, enum method method, bool picture,
			uint64_t pixels, uint64_t nsec, uint64_t bytes);

struct choice {
	enum compression_mode mode;
	const struct client_encodings *encodings;
	bool native; /* the viewer's pixel format is the frame's */
	/*
	 * Not to be used: ZRLE with a pixel format that libvncserver's encoder gets wrong; and one
	 * of the two after the other, since libvncclient inflates both with the same stream.
	 */
	bool no_zrle, no_zlib;
	bool local;	 /* the viewer is on the same machine */
	uint64_t rate;	 /* of the link, bytes/s */
	bool picture;	 /* the rectangle looks like one */
	bool moving;	 /* it was sent a moment ago as well */
	uint64_t pixels; /* of its kind in the update; 0: no loss is allowed */
};

/* Loss is allowed for what would take longer than this without, µs: in motion, and at rest. */
enum { CHOICE_LOSS_FROM = 15000, CHOICE_SIGHT_FROM = 300000 };

enum method choose_method(const struct choice *choice, const struct method_costs *costs);

/* Whether the viewer gets less than what is on the screen. */
static inline bool method_is_lossy(enum method method)
{
	return method == METHOD_JPEG || method == METHOD_ZLIB_COARSE ||
	       method == METHOD_ZLIB_COARSE_SMALL;
}

static inline bool method_is_zlib(enum method method)
{
	return method >= METHOD_ZLIB && method <= METHOD_ZLIB_COARSE_SMALL;
}

#endif
