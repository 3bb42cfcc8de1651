/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encodes areas of the frame for one viewer's update, each by the best method. Raw pixels are
 * borrowed from the frame, everything else is encoded into memory.
 */
#ifndef GPUDESK_PIXEL_ENCODER_H
#define GPUDESK_PIXEL_ENCODER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/config.h"
#include "encoder_choice.h"
#include "framebuffer/frame.h"
#include "framebuffer/yield.h"
#include "jpeg_encoder.h"
#include "link_speed.h"
#include "protocol/client_messages.h"
#include "protocol/libvncserver.h"
#include "protocol/out_queue.h"
#include "zlib_encoder.h"

struct pixel_encoder {
	enum compression_mode mode;
	struct rfb_client *client; /* not owned, nor are the next four */
	const struct client_encodings *encodings;
	const struct link_speed *link;
	const struct frame *frame;
	struct yield *yield; /* while it encodes; may be NULL */
	struct method_costs costs;
	struct zlib_encoder zlib;
	struct jpeg_encoder jpeg;
	bool used_zlib, used_zrle; /* never both: see encoder_choice.h */
	int jpeg_quality;	   /* 0 to what the viewer asked for, as the link allows */
	const char *last_name;	   /* a method_name(); NULL: nothing was encoded yet */
};

/*
 * What a raw pixel has in the bits that are no colour: ones, as in the frame, or the lowest or
 * second lowest of them is zero. Viewers that take a padding byte for opacity see no difference.
 */
enum padding { PADDING_ONES, PADDING_ODD, PADDING_EVEN };

/* A part of an update, encoded as a whole. */
struct pixel_part {
	struct rect area;
	enum method method;
	bool picture;	      /* see frame_is_picture() */
	enum padding padding; /* other than ones only where pixel_encoder_can_pad() */
};

/* All pointers must outlive the encoder; `yield` may be NULL. */
void pixel_encoder_init(struct pixel_encoder *encoder, enum compression_mode mode,
			struct rfb_client *client, const struct client_encodings *encodings,
			const struct link_speed *link, const struct frame *frame,
			struct yield *yield);
void pixel_encoder_finish(struct pixel_encoder *encoder);

/*
 * Decides how to send `area`, which lies in the frame and is not empty. `moving`: it was sent a
 * moment ago as well. `pixels`: of its kind in the update; 0: no loss is allowed. ret_parts has
 * room for a part for each tile that the area touches. Returns the number of parts.
 */
size_t pixel_encoder_plan(struct pixel_encoder *encoder, struct rect area, bool picture,
			  bool moving, size_t pixels, struct pixel_part *ret_parts);

/* Whether raw pixels have two bits that are no colour, and the viewer gets them as they are. */
bool pixel_encoder_can_pad(const struct pixel_encoder *encoder);

/* Whether the part becomes one rectangle; if not, only encoding it tells their number. */
bool pixel_encoder_makes_one(const struct pixel_encoder *encoder, const struct pixel_part *part);

/* Appends the part to `out`, and learns its cost. Returns the number of rectangles, or -errno. */
int pixel_encoder_add(struct pixel_encoder *encoder, const struct pixel_part *part,
		      struct out_queue *out);

#endif
