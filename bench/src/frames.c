/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "base.h"
#include "scene.h"
#include "workload.h"

enum { FRAMES_MAX = 16, STRIP_BYTES = 4 << 20, STRIP_US_MIN = 1000, STRIP_US_MAX = 1500 };

static struct {
	XImage *image[FRAMES_MAX];
	XShmSegmentInfo segment[FRAMES_MAX];
	int count;
	int block; /* the side of the tick blocks, pixels */
} frames;

XImage *open_image(int width, int height, XShmSegmentInfo *segment)
{
	int number = DefaultScreen(screen.display);
	XImage *image = XShmCreateImage(screen.display, DefaultVisual(screen.display, number),
					(unsigned)DefaultDepth(screen.display, number), ZPixmap,
					NULL, segment, (unsigned)width, (unsigned)height);

	if (!image || image->bytes_per_line != width * 4)
		die("workload: needs MIT-SHM and a visual of 32 bits a pixel");
	segment->shmid = shmget(IPC_PRIVATE, (size_t)width * (size_t)height * 4, IPC_CREAT | 0600);
	segment->shmaddr = image->data = shmat(segment->shmid, NULL, 0);
	if (segment->shmid < 0 || segment->shmaddr == (void *)-1)
		die("workload: shared memory: %s", strerror(errno));
	segment->readOnly = False;
	XShmAttach(screen.display, segment);
	XSync(screen.display, False);
	shmctl(segment->shmid, IPC_RMID, NULL);
	return image;
}

static void open_frames(int count)
{
	frames.count = count;
	frames.block = TICK_PIXELS;
	for (int i = 0; i < count; i++) {
		frames.image[i] = open_image(window.width, window.height, &frames.segment[i]);
		scene_render((uint32_t *)(void *)frames.image[i]->data, window.width, window.height,
			     i, count);
	}
}

/* Three blocks, from the top edge to the bottom: in a torn frame they differ in number. */
static void add_column_of_blocks(void)
{
	int step = window.width < 1000 ? window.width / 4 : 300;

	for (int i = 0; i < 3; i++)
		add_block(window.width / 2 + step * (i - 1),
			  (window.height - TICK_PIXELS) * i / 2 + TICK_PIXELS / 2);
}

static void open_view(void)
{
	open_window(480, 300, 1600, 1000, 0);
	open_frames(16);
}

static void open_full(void)
{
	open_window(0, 0, screen.width, screen.height, 0);
	open_frames(screen.width > 4096 ? 4 : 8); /* 8K: 133 MB a frame */
}

void setup_view(void)
{
	open_view();
	add_column_of_blocks();
}

void setup_full(void)
{
	open_full();
	add_column_of_blocks();
}

void setup_false(void)
{
	open_window(480, 300, 1600, 1000, 0);
	open_frames(1);
	frames.block = 50;
	add_block(window.width / 2, window.height / 2);
}

void setup_storm(void)
{
	open_window(480, 300, 300, 300, 0);
	open_frames(16);
	add_column_of_blocks();
}

static int strip_rows(void)
{
	return STRIP_BYTES / (window.width * 4);
}

/* One block in the middle of each strip, or of TICK_BLOCKS_MAX of them. */
static void add_block_for_each_strip(void)
{
	int rows = strip_rows(), strips = (window.height + rows - 1) / rows;
	int count = strips < TICK_BLOCKS_MAX ? strips : TICK_BLOCKS_MAX;

	for (int i = 0; i < count; i++) {
		int strip = count == 1 ? 0 : (strips - 1) * i / (count - 1), top = strip * rows;
		int bottom = top + rows < window.height ? top + rows : window.height;

		add_block(window.width * (i + 1) / (count + 1), (top + bottom) / 2);
	}
}

void setup_strips(void)
{
	open_view();
	add_block_for_each_strip();
}

void setup_strips_full(void)
{
	open_full();
	add_block_for_each_strip();
}

static XImage *next_frame(uint32_t id)
{
	XImage *image = frames.image[id % (uint32_t)frames.count];
	int side = frames.block;

	for (uint32_t i = 0; i < ticks->n_blocks; i++)
		scene_fill((uint32_t *)(void *)image->data, window.width,
			   ticks->block[i].x - side / 2, ticks->block[i].y - side / 2, side, side,
			   tick_color(id));
	return image;
}

static void put_rows(XImage *image, int top, int rows)
{
	XShmPutImage(screen.display, window.id, screen.gc, image, 0, top, 0, top,
		     (unsigned)window.width, (unsigned)rows, False);
}

void draw_frame(uint32_t id)
{
	put_rows(next_frame(id), 0, window.height);
}

static int64_t strip_pause(void)
{
	static uint32_t random = 12345;

	random = random * 1103515245 + 12345;
	return (STRIP_US_MIN + (random >> 16) % (STRIP_US_MAX - STRIP_US_MIN)) * SECOND / 1000000;
}

void draw_strips(uint32_t id)
{
	XImage *image = next_frame(id);
	int rows = strip_rows();
	int64_t next = now_ns();

	for (int top = 0; top < window.height; top += rows) {
		sleep_until(next);
		put_rows(image, top, top + rows < window.height ? rows : window.height - top);
		XFlush(screen.display);
		next += strip_pause();
	}
}
