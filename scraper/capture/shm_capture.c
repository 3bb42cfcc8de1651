/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shm_capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <X11/Xlib-xcb.h>
#include <X11/Xutil.h>
#include <xcb/shm.h>

#include "common/log.h"

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

static int read_shared(struct shm_capture *capture, const struct shm_capture_read *reads, size_t n)
{
	xcb_connection_t *c = XGetXCBConnection(capture->display->x);
	xcb_drawable_t root = (xcb_drawable_t)capture->display->root;
	int r = 0;

	for (size_t done = 0; done < n;) {
		enum { AT_ONCE = 32 };
		xcb_shm_get_image_cookie_t cookies[AT_ONCE];
		size_t batch = n - done < AT_ONCE ? n - done : AT_ONCE;

		for (size_t i = 0; i < batch; i++) {
			const struct rect *a = &reads[done + i].area;

			cookies[i] = xcb_shm_get_image(
				c, root, (int16_t)a->x, (int16_t)a->y, (uint16_t)a->w,
				(uint16_t)a->h, ~0U, XCB_IMAGE_FORMAT_Z_PIXMAP, capture->segment,
				(uint32_t)(reads[done + i].pixels - capture->pixels));
			capture->sequence = cookies[i].sequence;
		}
		for (size_t i = 0; i < batch; i++) {
			xcb_generic_error_t *error = NULL;
			xcb_shm_get_image_reply_t *reply = xcb_shm_get_image_reply(c, cookies[i],
										   &error);

			if (!reply)
				r = -EAGAIN;
			free(reply);
			free(error);
		}
		done += batch;
	}
	return r;
}

static int read_by_copy(struct shm_capture *capture, const struct shm_capture_read *read)
{
	const struct rect *a = &read->area;
	XImage *image = XGetImage(capture->display->x, capture->display->root, a->x, a->y,
				  (unsigned)a->w, (unsigned)a->h, AllPlanes, ZPixmap);

	if (!image)
		return -EAGAIN;
	capture->sequence = (unsigned)XLastKnownRequestProcessed(capture->display->x);
	for (int row = 0; row < a->h; row++)
		memcpy(capture->pixels + (read->pixels - capture->pixels) +
			       (size_t)row * read->stride,
		       image->data + (size_t)row * (size_t)image->bytes_per_line, read->stride);
	XDestroyImage(image);
	return 0;
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
	if (capture->segment)
		return read_shared(capture, reads, n);
	for (size_t i = 0; i < n; i++) {
		int r = read_by_copy(capture, &reads[i]);

		if (r < 0)
			return r;
	}
	return 0;
}
