/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pixel_encoder.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "framebuffer/tile_map.h"
#include "protocol/rect_header.h"

enum {
	JPEG_USEC = 15000,
	JPEG_QUALITY_LEAST = 2, /* below, all one sees is squares */
	JPEG_BLOCK = 16,	/* pixels a side that are compressed together, at most */
	/* Levels 1 and 2 are no faster than 3; above, 6 gains most for its time. */
	ZLIB_LEVEL_FAST = 3,
	ZLIB_LEVEL_SMALL = 6,
};

void pixel_encoder_init(struct pixel_encoder *encoder, enum compression_mode mode,
			struct rfb_client *client, const struct client_encodings *encodings,
			const struct link_speed *link, const struct frame *frame,
			struct yield *yield)
{
	*encoder = (struct pixel_encoder){
		.mode = mode,
		.client = client,
		.encodings = encodings,
		.link = link,
		.frame = frame,
		.yield = yield,
		.jpeg_quality = 5,
	};
	method_costs_init(&encoder->costs);
	encoder->zlib.yield = encoder->jpeg.yield = yield;
}

void pixel_encoder_finish(struct pixel_encoder *encoder)
{
	zlib_encoder_finish(&encoder->zlib);
	jpeg_encoder_finish(&encoder->jpeg);
}

/* ---- what to send it as ---- */

static enum method choose(const struct pixel_encoder *encoder, bool picture, bool moving,
			  size_t pixels)
{
	struct choice choice = {
		.mode = encoder->mode,
		.encodings = encoder->encodings,
		.no_zrle = encoder->used_zlib || !rfb_client_zrle_is_right(encoder->client),
		.no_zlib = encoder->used_zrle,
		.native = rfb_client_takes_frame_pixels(encoder->client),
		.local = link_speed_is_local(encoder->link),
		.rate = link_speed_rate(encoder->link),
		.picture = picture,
		.moving = moving,
		.pixels = pixels,
	};

	return choose_method(&choice, &encoder->costs);
}

/*
 * The quality that the viewer asked for, or less where a frame would keep the link busy for longer
 * than JPEG_USEC: what is in motion had better be seen soon, and is refreshed at rest.
 */
static void adapt_jpeg_quality(struct pixel_encoder *encoder, struct rect area)
{
	double bytes = encoder->costs.of[1][METHOD_JPEG].bytes * (double)rect_area(area);
	double usec = bytes * 1e6 / (double)link_speed_rate(encoder->link);
	int asked = encoder->encodings->quality, quality = encoder->jpeg_quality;

	if (usec > (double)JPEG_USEC)
		quality--;
	else if (3 * usec < (double)JPEG_USEC)
		quality++;
	if (quality < JPEG_QUALITY_LEAST)
		quality = JPEG_QUALITY_LEAST;
	encoder->jpeg_quality = quality < asked ? quality : asked;
}

/* Our own JPEG encoder for pictures; for anything else libvncserver finds out if JPEG fits. */
static bool is_own_jpeg(const struct pixel_encoder *encoder, enum method method, bool picture)
{
	return method == METHOD_JPEG && picture && jpeg_encoder_takes(encoder->frame) &&
	       rfb_client_takes_frame_pixels(encoder->client);
}

/* As few bands of equal height as possible, of whole blocks. */
static struct rect jpeg_size(struct rect area)
{
	int columns = (area.w + JPEG_WIDTH_MAX - 1) / JPEG_WIDTH_MAX;
	int width = (area.w + columns - 1) / columns;
	int most = JPEG_AREA_MAX / width / JPEG_BLOCK * JPEG_BLOCK;
	int bands = (area.h + most - 1) / most;
	int height = (area.h + bands - 1) / bands;

	return (struct rect){ 0, 0, width, (height + JPEG_BLOCK - 1) / JPEG_BLOCK * JPEG_BLOCK };
}

/* Columns, where that takes fewer bytes. */
static struct rect zlib_size(struct rect area)
{
	return (struct rect){ 0, 0, area.h < ZLIB_COLUMN ? area.w : ZLIB_COLUMN, area.h };
}

/* Bands of whole tiles: we cannot yield while libvncserver encodes. */
static struct rect library_size(struct rect area)
{
	int tiles = YIELD_BYTES / (area.w * 4 * TILE_SIZE);

	return (struct rect){ 0, 0, area.w, (tiles ? tiles : 1) * TILE_SIZE };
}

static bool is_borrowed(const struct pixel_encoder *encoder, enum method method)
{
	return method == METHOD_RAW && rfb_client_takes_frame_pixels(encoder->client);
}

size_t pixel_encoder_plan(struct pixel_encoder *encoder, struct rect area, bool picture,
			  bool moving, size_t pixels, struct pixel_part *ret_parts)
{
	enum method method = choose(encoder, picture, moving, pixels);
	struct rect size = area;
	size_t n = 0;

	if (method_is_zlib(method)) {
		size = zlib_size(area);
	} else if (is_own_jpeg(encoder, method, picture)) {
		adapt_jpeg_quality(encoder, area);
		size = jpeg_size(area);
	} else if (!is_borrowed(encoder, method)) {
		size = library_size(area);
	}
	for (int y = area.y; y < area.y + area.h; y += size.h)
		for (int x = area.x; x < area.x + area.w; x += size.w)
			ret_parts[n++] = (struct pixel_part){
				.area = rect_intersect(area, (struct rect){ x, y, size.w, size.h }),
				.method = method,
				.picture = picture,
			};
	return n;
}

bool pixel_encoder_makes_one(const struct pixel_encoder *encoder, const struct pixel_part *part)
{
	return method_is_zlib(part->method) || is_borrowed(encoder, part->method) ||
	       is_own_jpeg(encoder, part->method, part->picture);
}

/* ---- one part ---- */

/* The pixels go from the frame to the socket, not through libvncserver. */
static int add_borrowed(const struct frame *frame, struct rect area, struct out_queue *out)
{
	int r = rect_header_append(out, area, RFB_RAW);

	if (r >= 0)
		r = out_queue_borrow(out, frame_at(frame, area.x, area.y),
				     (size_t)area.w * (size_t)frame->bytes_per_pixel,
				     (size_t)area.h, frame->stride);
	return r < 0 ? r : 1;
}

/* The lowest bit that is no colour, in a pixel of 32 bits. */
static uint32_t lowest_padding(const struct frame *frame)
{
	uint32_t padding = (uint32_t)~frame->colour;

	return padding & -padding;
}

bool pixel_encoder_can_pad(const struct pixel_encoder *encoder)
{
	const struct frame *frame = encoder->frame;
	uint32_t low = lowest_padding(frame), next = low << 1;

	return frame->bytes_per_pixel == 4 && next && !(next & frame->colour) &&
	       rfb_client_takes_frame_pixels(encoder->client);
}

/* A copy, since the frame itself keeps its padding. */
static int add_padded(const struct frame *frame, const struct pixel_part *part,
		      struct out_queue *out)
{
	const struct rect area = part->area;
	uint32_t low = lowest_padding(frame), flip = part->padding == PADDING_ODD ? low : low << 1;
	int r = rect_header_append(out, area, RFB_RAW);
	uint8_t *to = r < 0 ? NULL : out_queue_reserve(out, rect_area(area) * sizeof(flip));

	if (!to)
		return -ENOMEM;
	for (int y = area.y; y < area.y + area.h; y++) {
		const uint8_t *from = frame_at(frame, area.x, y);

		for (int x = 0; x < area.w; x++, from += sizeof(flip), to += sizeof(flip)) {
			uint32_t pixel;

			memcpy(&pixel, from, sizeof(pixel));
			pixel ^= flip;
			memcpy(to, &pixel, sizeof(pixel));
		}
	}
	return 1;
}

static int add_zlib(struct pixel_encoder *encoder, const struct pixel_part *part,
		    struct out_queue *out)
{
	bool small = part->method == METHOD_ZLIB_SMALL || part->method == METHOD_ZLIB_COARSE_SMALL;
	int level = small ? ZLIB_LEVEL_SMALL : ZLIB_LEVEL_FAST;
	int r = rect_header_append(out, part->area, RFB_ZLIB);

	if (r < 0)
		return r;
	long length = zlib_encoder_add(&encoder->zlib, encoder->frame, part->area, level,
				       method_is_lossy(part->method), out);
	return length < 0 ? (int)length : 1;
}

static int add_jpeg(struct pixel_encoder *encoder, struct rect area, struct out_queue *out)
{
	int r = rect_header_append(out, area, RFB_TIGHT);

	if (r < 0)
		return r;
	long length = jpeg_encoder_add(&encoder->jpeg, encoder->frame, area, encoder->jpeg_quality,
				       out);
	return length < 0 ? (int)length : 1;
}

/* libvncserver's encoders, and raw pixels in the viewer's own format. */
static int add_by_library(struct pixel_encoder *encoder, const struct pixel_part *part,
			  struct out_queue *out)
{
	static const int32_t encodings[N_METHODS] = {
		[METHOD_RAW] = RFB_RAW,		[METHOD_ZRLE] = RFB_ZRLE,
		[METHOD_TIGHT] = RFB_TIGHT,	[METHOD_JPEG] = RFB_TIGHT,
		[METHOD_HEXTILE] = RFB_HEXTILE,
	};
	struct rfb_levels levels = {
		.compression = encoder->mode == COMPRESSION_BEST ? 6 : 1,
		.quality = part->method == METHOD_JPEG ? encoder->encodings->quality : -1,
	};
	int n = rfb_update_begin(encoder->client);

	if (n >= 0)
		n = rfb_update_rect(encoder->client, encodings[part->method], &levels, part->area);
	long length = rfb_update_end(encoder->client, out);
	yield_after(encoder->yield, rect_area(part->area) * 4);
	return n < 0 ? n : length < 0 ? (int)length : n;
}

static uint64_t cpu_nsec(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

int pixel_encoder_add(struct pixel_encoder *encoder, const struct pixel_part *part,
		      struct out_queue *out)
{
	encoder->last_name = method_name(part->method);
	if (part->padding != PADDING_ONES)
		return add_padded(encoder->frame, part, out);
	if (is_borrowed(encoder, part->method))
		return add_borrowed(encoder->frame, part->area, out);

	uint64_t start = cpu_nsec(), bytes = out->bytes_left;
	int n;

	encoder->used_zlib |= method_is_zlib(part->method);
	encoder->used_zrle |= part->method == METHOD_ZRLE;
	if (method_is_zlib(part->method))
		n = add_zlib(encoder, part, out);
	else if (is_own_jpeg(encoder, part->method, part->picture))
		n = add_jpeg(encoder, part->area, out);
	else
		n = add_by_library(encoder, part, out);
	if (n >= 0)
		method_costs_learn(&encoder->costs, part->method, part->picture,
				   rect_area(part->area), cpu_nsec() - start,
				   out->bytes_left - bytes);
	return n;
}
