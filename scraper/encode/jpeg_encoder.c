/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "jpeg_encoder.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

/* Not TurboJPEG's interface: libvncserver exports an old copy of it under the same names. */
#ifndef JCS_EXTENSIONS
#error "libjpeg-turbo is needed"
#endif

struct jpeg_encoder_state {
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	jmp_buf failed;
	unsigned char *buffer;
	unsigned long size; /* allocated */
};

/* What Tight's ten quality levels mean: the table of TurboVNC and libvncserver. */
static const struct {
	int quality;
	int h, v; /* chroma subsampling, across and down */
} levels[10] = {
	{ 15, 2, 2 }, { 29, 2, 2 }, { 41, 2, 2 }, { 42, 2, 1 }, { 62, 2, 1 },
	{ 77, 2, 1 }, { 79, 1, 1 }, { 86, 1, 1 }, { 92, 1, 1 }, { 100, 1, 1 },
};

/* libjpeg reports errors to a function that must not return. */
static void on_error(j_common_ptr jpeg)
{
	struct jpeg_encoder_state *state = jpeg->client_data;

	longjmp(state->failed, 1);
}

static void on_message(j_common_ptr jpeg)
{
	(void)jpeg;
}

static int start(struct jpeg_encoder_state *state)
{
	state->jpeg.err = jpeg_std_error(&state->errors);
	state->errors.error_exit = on_error;
	state->errors.output_message = on_message;
	state->jpeg.client_data = state;
	if (setjmp(state->failed))
		return -ENOMEM;
	jpeg_create_compress(&state->jpeg);
	return 0;
}

static struct jpeg_encoder_state *create(void)
{
	struct jpeg_encoder_state *state = calloc(1, sizeof(*state));

	if (state && start(state) < 0) {
		jpeg_destroy_compress(&state->jpeg);
		free(state);
		state = NULL;
	}
	return state;
}

void jpeg_encoder_finish(struct jpeg_encoder *encoder)
{
	if (!encoder->state)
		return;
	jpeg_destroy_compress(&encoder->state->jpeg);
	free(encoder->state->buffer);
	free(encoder->state);
	encoder->state = NULL;
}

bool jpeg_encoder_takes(const struct frame *frame)
{
	return frame->bytes_per_pixel == 4 && (uint32_t)frame->colour == 0x00ffffff &&
	       __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

/* Seven bits a byte, the lowest first, as long as more follow; the third has eight. */
static int add_compact_length(struct out_queue *out, unsigned long length)
{
	uint8_t bytes[3];
	size_t n = 0;

	bytes[n++] = (uint8_t)(length & 0x7f);
	if (length > 0x7f) {
		bytes[n - 1] |= 0x80;
		bytes[n++] = (uint8_t)(length >> 7 & 0x7f);
	}
	if (length > 0x3fff) {
		bytes[n - 1] |= 0x80;
		bytes[n++] = (uint8_t)(length >> 14);
	}
	return out_queue_append(out, bytes, n);
}

static void set_up(struct jpeg_compress_struct *jpeg, struct rect area, int level)
{
	jpeg->image_width = (JDIMENSION)area.w;
	jpeg->image_height = (JDIMENSION)area.h;
	jpeg->input_components = 4;
	jpeg->in_color_space = JCS_EXT_BGRX;
	jpeg_set_defaults(jpeg);
	jpeg_set_quality(jpeg, levels[level].quality, TRUE);
	jpeg->dct_method = JDCT_FASTEST;
	jpeg->comp_info[0].h_samp_factor = levels[level].h;
	jpeg->comp_info[0].v_samp_factor = levels[level].v;
}

/* Compresses into the state's buffer. Returns the length in bytes, or -EIO. */
static long compress_area(struct jpeg_encoder_state *state, const struct frame *frame,
			  struct rect area, int level, struct yield *yield)
{
	enum { ROWS = 16 };
	struct jpeg_compress_struct *jpeg = &state->jpeg;
	unsigned char *buffer = state->buffer;
	unsigned long length = state->size;

	if (setjmp(state->failed)) {
		jpeg_abort_compress(jpeg);
		return -EIO;
	}
	jpeg_mem_dest(jpeg, &buffer, &length);
	set_up(jpeg, area, level);
	jpeg_start_compress(jpeg, TRUE);
	while (jpeg->next_scanline < jpeg->image_height) {
		JSAMPROW rows[ROWS];
		int first = area.y + (int)jpeg->next_scanline;
		int n = area.y + area.h - first < ROWS ? area.y + area.h - first : ROWS;

		for (int i = 0; i < n; i++)
			rows[i] = (JSAMPROW)(uintptr_t)frame_at(frame, area.x, first + i);
		jpeg_write_scanlines(jpeg, rows, (JDIMENSION)n);
		yield_after(yield, (size_t)n * (size_t)area.w * 4);
	}
	jpeg_finish_compress(jpeg);
	return (long)length;
}

/* jpeg_mem_dest() would allocate a larger buffer if ours were too small: this bound never is. */
static int prepare(struct jpeg_encoder_state *state, struct rect area)
{
	size_t bound = 4096 + rect_area((struct rect){ 0, 0, area.w + 16, area.h + 16 }) * 4;

	if (bound <= state->size)
		return 0;
	unsigned char *buffer = realloc(state->buffer, bound);
	if (!buffer)
		return -ENOMEM;
	state->buffer = buffer;
	state->size = bound;
	return 0;
}

long jpeg_encoder_add(struct jpeg_encoder *encoder, const struct frame *frame, struct rect area,
		      int quality, struct out_queue *out)
{
	static const uint8_t control = 0x90;
	uint64_t before = out->bytes_left;
	long length;
	int r;

	if (!encoder->state)
		encoder->state = create();
	if (!encoder->state)
		return -ENOMEM;
	r = prepare(encoder->state, area);
	if (r < 0)
		return r;
	length = compress_area(encoder->state, frame, area, quality, encoder->yield);
	if (length < 0 || length >= 1L << 22)
		return length < 0 ? length : -EMSGSIZE;
	r = out_queue_append(out, &control, 1);
	if (r >= 0)
		r = add_compact_length(out, (unsigned long)length);
	if (r >= 0)
		r = out_queue_append(out, encoder->state->buffer, (size_t)length);
	return r < 0 ? r : (long)(out->bytes_left - before);
}
