/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits: the best that this machine can do with one frame of 2560x1600, to compare the servers'
 * figures with. Each line says what was measured, milliseconds, GB/s.
 *
 *   limits [-display :N]      the display must be at least that large
 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <turbojpeg.h>
#include <unistd.h>
#include <zlib.h>

#include "base.h"
#include "scene.h"

enum { WIDTH = 2560, HEIGHT = 1600, TILE = 64, STRIDE = WIDTH * 4, FRAME = STRIDE * HEIGHT };

static uint8_t *frame, *same, *output;
static volatile uint64_t sink; /* keeps the compiler from removing the measured code */

static struct {
	Display *display;
	Window root;
	XImage *image;
	XShmSegmentInfo segment;
} screen;

static int compare_doubles(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The median of `count` (at most 101) calls, in ms. */
static void report(const char *what, int count, size_t bytes, void (*call)(void))
{
	double ms[101];

	for (int i = 0; i < count; i++) {
		int64_t start = now_ns();

		call();
		ms[i] = (double)(now_ns() - start) / (double)MILLISECOND;
	}
	qsort(ms, (size_t)count, sizeof(*ms), compare_doubles);
	printf("%-44s %9.3f ms", what, ms[count / 2]);
	if (bytes)
		printf(" %7.2f GB/s", (double)bytes / ms[count / 2] / 1e6);
	putchar('\n');
	fflush(stdout);
}

static void copy_frame(void)
{
	memcpy(output, frame, FRAME);
}

static void compare_tiles(void)
{
	for (int y = 0; y < HEIGHT; y += TILE)
		for (int x = 0; x < WIDTH; x += TILE)
			for (int row = y; row < y + TILE; row++) {
				size_t at = (size_t)row * STRIDE + (size_t)x * 4;

				sink += memcmp(frame + at, same + at, TILE * 4) != 0;
			}
}

static void deflate_frame(int level)
{
	z_stream z = {
		.next_in = frame, .avail_in = FRAME, .next_out = output, .avail_out = FRAME
	};

	if (deflateInit(&z, level) != Z_OK)
		die("limits: deflateInit failed");
	deflate(&z, Z_SYNC_FLUSH);
	sink += z.total_out;
	deflateEnd(&z);
}

static void deflate_fast(void)
{
	deflate_frame(1);
}

static void deflate_default(void)
{
	deflate_frame(6);
}

static void compress_jpeg(void)
{
	static tjhandle handle;
	unsigned char *data = output;
	unsigned long length = FRAME;

	if (!handle)
		handle = tjInitCompress();
	if (tjCompress2(handle, frame, WIDTH, STRIDE, HEIGHT, TJPF_BGRX, &data, &length, TJSAMP_420,
			80, TJFLAG_FASTDCT | TJFLAG_NOREALLOC))
		die("limits: %s", tjGetErrorStr());
}

/* ---- loopback ---- */

static void *receive_all(void *argument)
{
	static uint8_t buffer[1 << 18];
	int fd = accept(*(int *)argument, NULL, NULL);

	while (recv(fd, buffer, sizeof(buffer), 0) > 0)
		;
	close(fd);
	return NULL;
}

static void send_over_loopback(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(in);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	pthread_t thread;

	if (bind(listener, (struct sockaddr *)&in, length) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&in, &length) ||
	    pthread_create(&thread, NULL, receive_all, &listener) ||
	    connect(fd, (struct sockaddr *)&in, length))
		die("limits: cannot connect over loopback");
	for (size_t sent = 0; sent < FRAME;) {
		ssize_t n = send(fd, frame + sent, FRAME - sent, MSG_NOSIGNAL);

		if (n <= 0)
			die("limits: cannot send");
		sent += (size_t)n;
	}
	close(fd);
	pthread_join(thread, NULL);
	close(listener);
}

/* ---- the X server ---- */

static void round_trip(void)
{
	XSync(screen.display, False);
}

static void read_shm(void)
{
	XShmGetImage(screen.display, screen.root, screen.image, 0, 0, AllPlanes);
}

static void read_plain(void)
{
	XImage *image = XGetImage(screen.display, screen.root, 0, 0, WIDTH, HEIGHT, AllPlanes,
				  ZPixmap);

	if (image)
		XDestroyImage(image);
}

static void report_screen(const char *name)
{
	Display *d = XOpenDisplay(name);
	int number;

	if (!d)
		die("limits: cannot open display %s", name);
	number = DefaultScreen(d);
	if (DisplayWidth(d, number) < WIDTH || DisplayHeight(d, number) < HEIGHT)
		die("limits: the display is too small");
	screen.display = d;
	screen.root = DefaultRootWindow(d);
	screen.image = XShmCreateImage(d, DefaultVisual(d, number), 24, ZPixmap, NULL,
				       &screen.segment, WIDTH, HEIGHT);
	screen.segment.shmid = shmget(IPC_PRIVATE, FRAME, IPC_CREAT | 0600);
	screen.segment.shmaddr = shmat(screen.segment.shmid, NULL, 0);
	if (!screen.image || screen.segment.shmid < 0 || screen.segment.shmaddr == (void *)-1)
		die("limits: cannot create shared memory");
	screen.image->data = screen.segment.shmaddr;
	XShmAttach(d, &screen.segment);
	XSync(d, False);
	shmctl(screen.segment.shmid, IPC_RMID, NULL);
	report("a round trip to the X server", 101, 0, round_trip);
	report("XShmGetImage, whole screen", 31, FRAME, read_shm);
	screen.image->height = 64;
	report("XShmGetImage, 64 rows", 101, 64 * STRIDE, read_shm);
	report("XGetImage, whole screen", 11, FRAME, read_plain);
	XCloseDisplay(d);
}

int main(int argc, char **argv)
{
	frame = aligned_alloc(64, FRAME);
	same = aligned_alloc(64, FRAME);
	output = aligned_alloc(64, FRAME);
	if (!frame || !same || !output)
		die("limits: out of memory");
	scene_render((uint32_t *)(void *)frame, WIDTH, HEIGHT, 3, 16);
	memcpy(same, frame, FRAME);
	memset(output, 1, FRAME);
	printf("one frame of %dx%d, %.1f MB, a 3D scene; medians\n", WIDTH, HEIGHT, FRAME / 1e6);
	if (argc == 3 && !strcmp(argv[1], "-display"))
		report_screen(argv[2]);
	report("memcpy", 31, FRAME, copy_frame);
	report("comparing all tiles of 64x64, all equal", 31, FRAME, compare_tiles);
	report("TCP over loopback", 31, FRAME, send_over_loopback);
	report("zlib level 1", 3, FRAME, deflate_fast);
	report("zlib level 6", 3, FRAME, deflate_default);
	report("JPEG, quality 80", 5, FRAME, compress_jpeg);
	return 0;
}
