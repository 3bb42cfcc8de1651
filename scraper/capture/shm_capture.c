/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shm_capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <X11/Xlib-xcb.h>
#include <xcb/shm.h>

#include "common/log.h"
#include "common/timer.h"

/* Every current X server pads the rows of a ZPixmap to 32 bits. */
static size_t row_bytes(const struct shm_capture *capture, int width)
{
	size_t bytes = (size_t)width * (size_t)capture->display->bytes_per_pixel;

	return (bytes + 3) & ~(size_t)3;
}

/* Shares the memory with the X server. Returns 0 with pixels and segment set, or -errno. */
static int share(struct shm_capture *capture)
{
	xcb_connection_t *c = XGetXCBConnection(capture->display->x);
	size_t size = capture->size;
	xcb_shm_query_version_reply_t *version = xcb_shm_query_version_reply(
		c, xcb_shm_query_version(c), NULL);
	bool passes_fd = version && (version->major_version > 1 || version->minor_version >= 2);

	free(version);
	if (!passes_fd)
		return -ENOTSUP;
	int fd = memfd_create("gpudesk-screen", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	void *pixels = MAP_FAILED;
	/* Populated at once: single page faults, while the X server writes, take much longer. */
	if (ftruncate(fd, (off_t)size) == 0)
		pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (pixels == MAP_FAILED) {
		int r = -errno;

		close(fd);
		return r;
	}

	uint32_t segment = xcb_generate_id(c); /* xcb closes fd after sending it */
	xcb_generic_error_t *error = xcb_request_check(
		c, xcb_shm_attach_fd_checked(c, segment, fd, 0));
	if (error) {
		free(error);
		munmap(pixels, size);
		return -EACCES;
	}
	capture->pixels = pixels;
	capture->segment = segment;
	return 0;
}

int shm_capture_init(struct shm_capture *capture, struct display *display)
{
	*capture = (struct shm_capture){ .display = display };
	capture->size = row_bytes(capture, display->width) * (size_t)display->height;
	if (display->has_shm) {
		int r = share(capture);

		if (r < 0)
			log_warning("the X server refuses shared memory (%s): reading the screen "
				    "is slow",
				    strerror(-r));
	}
	if (!capture->segment)
		capture->pixels = malloc(capture->size);
	return capture->pixels ? 0 : -ENOMEM;
}

void shm_capture_finish(struct shm_capture *capture)
{
	if (!capture->segment) {
		free(capture->pixels);
	} else {
		xcb_connection_t *c = XGetXCBConnection(capture->display->x);

		xcb_shm_detach(c, capture->segment);
		xcb_flush(c);
		munmap(capture->pixels, capture->size);
	}
	*capture = (struct shm_capture){ 0 };
}

/* What is still to be requested of the rectangles: from row `row` of number `i` on. */
struct rest {
	const struct shm_capture_read *reads;
	size_t n, i;
	int row;
};

/* A request under way, for all or a part of a rectangle. */
struct piece {
	unsigned sequence;
	struct rect area;
	size_t offset, size; /* bytes of the capture's memory */
};

/* Takes the next piece, of about `most` bytes where a rectangle is larger. */
static struct piece take_piece(const struct shm_capture *capture, struct rest *rest, size_t most)
{
	const struct shm_capture_read *read = &rest->reads[rest->i];
	size_t most_rows = most / read->stride + 1;
	int left = read->area.h - rest->row;
	int rows = most_rows < (size_t)left ? (int)most_rows : left;
	struct piece piece = {
		.area = { read->area.x, read->area.y + rest->row, read->area.w, rows },
		.offset = (size_t)(read->pixels - capture->pixels) +
			  (size_t)rest->row * read->stride,
		.size = (size_t)rows * read->stride,
	};

	rest->row += rows;
	if (rest->row >= read->area.h) {
		rest->i++;
		rest->row = 0;
	}
	return piece;
}

static unsigned request(const struct shm_capture *capture, const struct piece *piece)
{
	xcb_connection_t *c = XGetXCBConnection(capture->display->x);
	xcb_drawable_t root = (xcb_drawable_t)capture->display->root;
	int16_t x = (int16_t)piece->area.x, y = (int16_t)piece->area.y;
	uint16_t w = (uint16_t)piece->area.w, h = (uint16_t)piece->area.h;

	if (!capture->segment)
		return xcb_get_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, root, x, y, w, h, ~0U).sequence;
	return xcb_shm_get_image(c, root, x, y, w, h, ~0U, XCB_IMAGE_FORMAT_Z_PIXMAP,
				 capture->segment, (uint32_t)piece->offset)
		.sequence;
}

static int receive(struct shm_capture *capture, const struct piece *piece)
{
	void *reply = display_wait_reply(capture->display, piece->sequence,
					 DISPLAY_WAIT_TAKES_INPUT);
	int r = reply ? 0 : -EAGAIN;

	if (reply && !capture->segment) {
		xcb_get_image_reply_t *image = reply;

		if ((size_t)xcb_get_image_data_length(image) >= piece->size)
			memcpy(capture->pixels + piece->offset, xcb_get_image_data(image),
			       piece->size);
		else
			r = -EAGAIN;
	}
	free(reply);
	return r;
}

/*
 * All requests are sent at once, for one round trip, up to AT_ONCE. A slow X server gets pieces,
 * and never more than two: one that it works on, and the next one.
 */
static int read_all(struct shm_capture *capture, const struct shm_capture_read *reads, size_t n)
{
	enum { AT_ONCE = 32, SLOW_AT_ONCE = 2 };
	size_t size = read_pieces_size(&capture->pieces, capture->size);
	unsigned most = size == SIZE_MAX ? AT_ONCE : SLOW_AT_ONCE, sent = 0;
	struct piece pieces[AT_ONCE];
	struct rest rest = { .reads = reads, .n = n };
	int r = 0;

	for (unsigned done = 0; done < sent || rest.i < rest.n; done++) {
		for (; rest.i < rest.n && sent - done < most; sent++) {
			struct piece *piece = &pieces[sent % AT_ONCE];

			*piece = take_piece(capture, &rest, size);
			piece->sequence = request(capture, piece);
			capture->sequence = piece->sequence;
		}
		if (receive(capture, &pieces[done % AT_ONCE]) < 0)
			r = -EAGAIN;
	}
	return r;
}

int shm_capture_read(struct shm_capture *capture, struct shm_capture_read *reads, size_t n)
{
	size_t offset = 0;

	for (size_t i = 0; i < n; i++) {
		reads[i].stride = row_bytes(capture, reads[i].area.w);
		reads[i].pixels = capture->pixels + offset;
		offset += reads[i].stride * (size_t)reads[i].area.h;
		if (offset > capture->size)
			return -EINVAL;
	}
	uint64_t begin = monotonic_now();
	int r = read_all(capture, reads, n);
	if (r >= 0)
		read_pieces_measured(&capture->pieces, offset, monotonic_now() - begin);
	return r;
}
