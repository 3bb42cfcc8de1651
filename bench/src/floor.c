/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor: the smallest possible scraper, which shows the cost of XDamage, XShmGetImage, a comparison
 * of tiles and Raw, and of nothing else. The yardstick of the bench, not a product:
 * one viewer at a time, security type None, Raw only, no input, no cursor, blocking writes.
 *
 *   floor -display :N -port P [-address A]
 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <X11/extensions/Xdamage.h>
#include <X11/extensions/Xfixes.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base.h"

enum { TILE = 64, RECTANGLES_MAX = 8192, IOVECS_MAX = RECTANGLES_MAX * (TILE + 1) };

struct rectangle {
	int x, y, width, height;
};

static struct {
	Display *display;
	Window root;
	XImage *image;
	XShmSegmentInfo segment;
	int damage_event;
	Damage damage;
	XserverRegion region;
	int width, height;
	size_t stride;	/* bytes */
	uint8_t *fresh; /* what was read from the screen, in shared memory */
	uint8_t *sent;	/* what the viewer has */
} screen;

static struct rectangle changed[RECTANGLES_MAX];
static int n_changed;
static int viewer;

/* ---- the wire ---- */

static bool receive(void *data, size_t length)
{
	uint8_t *p = data;

	while (length) {
		ssize_t n = recv(viewer, p, length, 0);

		if (n <= 0)
			return false;
		p += n;
		length -= (size_t)n;
	}
	return true;
}

static bool skip(size_t length)
{
	uint8_t waste[1024];

	while (length) {
		size_t n = length < sizeof(waste) ? length : sizeof(waste);

		if (!receive(waste, n))
			return false;
		length -= n;
	}
	return true;
}

static bool send_vectors(struct iovec *v, int count)
{
	while (count) {
		ssize_t n = writev(viewer, v, count > 1024 ? 1024 : count);

		if (n <= 0)
			return false;
		while (count && (size_t)n >= v->iov_len) {
			n -= (ssize_t)v->iov_len;
			v++;
			count--;
		}
		if (count && n) {
			v->iov_base = (char *)v->iov_base + n;
			v->iov_len -= (size_t)n;
		}
	}
	return true;
}

static bool send_bytes(const void *data, size_t length)
{
	struct iovec v = { (void *)(uintptr_t)data, length };

	return send_vectors(&v, 1);
}

static void put16(uint8_t *p, int value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* ---- changed rectangles ---- */

/* Notes a changed rectangle; joins a run of tiles with an equal run straight above it. */
static void add_changed(int x, int y, int width, int height)
{
	if (n_changed) {
		struct rectangle *last = &changed[n_changed - 1];

		if (last->x == x && last->width == width && last->y + last->height == y) {
			last->height += height;
			return;
		}
	}
	if (n_changed < RECTANGLES_MAX)
		changed[n_changed++] = (struct rectangle){ x, y, width, height };
}

/* Whether a tile differs from what was sent; if so, copies it. */
static bool take_tile(int x, int y, int width, int height, bool all)
{
	size_t length = (size_t)width * 4, offset = (size_t)y * screen.stride + (size_t)x * 4;
	int row = 0;

	if (!all)
		while (row < height &&
		       !memcmp(screen.fresh + offset, screen.sent + offset, length)) {
			row++;
			offset += screen.stride;
		}
	if (row == height)
		return false;
	for (; row < height; row++, offset += screen.stride)
		memcpy(screen.sent + offset, screen.fresh + offset, length);
	return true;
}

/* Compares the tiles of columns left..right in rows top..bottom, and notes runs that changed. */
static void compare(int left, int top, int right, int bottom, bool all)
{
	left -= left % TILE;
	for (int y = top; y < bottom; y += TILE) {
		int height = bottom - y < TILE ? bottom - y : TILE, run = -1, x;

		for (x = left; x < right; x += TILE) {
			int width = screen.width - x < TILE ? screen.width - x : TILE;

			if (take_tile(x, y, width, height, all)) {
				run = run < 0 ? x : run;
			} else if (run >= 0) {
				add_changed(run, y, x - run, height);
				run = -1;
			}
		}
		if (run >= 0)
			add_changed(run, y, (x < screen.width ? x : screen.width) - run, height);
	}
}

/* Reads full-width rows directly into place. */
static void read_rows(int top, int bottom)
{
	screen.image->data = (char *)screen.fresh + (size_t)top * screen.stride;
	screen.image->height = bottom - top;
	XShmGetImage(screen.display, screen.root, screen.image, 0, top, AllPlanes);
}

static void bounding_box(const XRectangle *r, int count, XRectangle *ret)
{
	int left = screen.width, top = screen.height, right = 0, bottom = 0;

	for (int i = 0; i < count; i++) {
		left = r[i].x < left ? r[i].x : left;
		top = r[i].y < top ? r[i].y : top;
		right = r[i].x + r[i].width > right ? r[i].x + r[i].width : right;
		bottom = r[i].y + r[i].height > bottom ? r[i].y + r[i].height : bottom;
	}
	*ret = (XRectangle){ (short)left, (short)top, (unsigned short)(right - left),
			     (unsigned short)(bottom - top) };
}

static void read_damage(bool all)
{
	XRectangle *list, box;
	int count = 0;

	/* First, so that changes from here on are reported again. */
	XDamageSubtract(screen.display, screen.damage, None, screen.region);
	list = XFixesFetchRegion(screen.display, screen.region, &count);
	if (all) {
		read_rows(0, screen.height);
		compare(0, 0, screen.width, screen.height, true);
		count = 0;
	} else if (count > 8) {
		bounding_box(list, count, &box);
		list[0] = box;
		count = 1;
	}
	for (int i = 0; i < count; i++) {
		int top = list[i].y / TILE * TILE;
		int bottom = (list[i].y + list[i].height + TILE - 1) / TILE * TILE;
		int right = list[i].x + list[i].width;

		bottom = bottom < screen.height ? bottom : screen.height;
		read_rows(top, bottom);
		compare(list[i].x, top, right < screen.width ? right : screen.width, bottom, false);
	}
	if (list)
		XFree(list);
}

static bool send_changed(void)
{
	static struct iovec vectors[IOVECS_MAX];
	static uint8_t headers[RECTANGLES_MAX][12];
	uint8_t message[4] = { 0 };
	int n = 0;

	put16(message + 2, n_changed);
	vectors[n++] = (struct iovec){ message, sizeof(message) };
	for (int i = 0; i < n_changed; i++) {
		struct rectangle r = changed[i];
		uint8_t *from = screen.sent + (size_t)r.y * screen.stride + (size_t)r.x * 4;

		put16(headers[i], r.x);
		put16(headers[i] + 2, r.y);
		put16(headers[i] + 4, r.width);
		put16(headers[i] + 6, r.height);
		vectors[n++] = (struct iovec){ headers[i], 12 };
		if (r.width == screen.width) {
			vectors[n++] = (struct iovec){ from, (size_t)r.height * screen.stride };
			continue;
		}
		for (int row = 0; row < r.height && n < IOVECS_MAX - 2; row++)
			vectors[n++] = (struct iovec){ from + (size_t)row * screen.stride,
						       (size_t)r.width * 4 };
	}
	n_changed = 0;
	return send_vectors(vectors, n);
}

/* ---- one viewer ---- */

static bool shake_hands(void)
{
	uint8_t buffer[16];
	uint8_t init[29] = { 0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0,   255, 0,   255, 16,
			     8, 0, 0, 0, 0,  0,	 0, 0, 5, 'f', 'l', 'o', 'o', 'r' };

	put16(init, screen.width);
	put16(init + 2, screen.height);
	return send_bytes("RFB 003.008\n", 12) && receive(buffer, 12) && send_bytes("\1\1", 2) &&
	       receive(buffer, 1) && send_bytes("\0\0\0\0", 4) && receive(buffer, 1) &&
	       send_bytes(init, sizeof(init));
}

/* Handles one message from the viewer. False if it has disconnected. */
static bool read_message(bool *asked, bool *asked_for_all)
{
	uint8_t type, b[9];

	if (!receive(&type, 1))
		return false;
	switch (type) {
	case 0: /* SetPixelFormat: assumed to be our only format */
		return skip(19);
	case 2: /* SetEncodings */
		return receive(b, 3) && skip(4u * ((size_t)b[1] << 8 | b[2]));
	case 3: /* FramebufferUpdateRequest */
		if (!receive(b, 9))
			return false;
		*asked = true;
		*asked_for_all |= !b[0];
		return true;
	case 4: /* KeyEvent */
		return skip(7);
	case 5: /* PointerEvent */
		return skip(5);
	default:
		return false;
	}
}

static void serve(void)
{
	bool dirty = false, asked = false, all = false, alive = shake_hands();

	while (alive) {
		struct pollfd polled[2] = { { viewer, POLLIN, 0 },
					    { ConnectionNumber(screen.display), POLLIN, 0 } };

		while (XPending(screen.display)) {
			XEvent event;

			XNextEvent(screen.display, &event);
			dirty |= event.type == screen.damage_event;
		}
		if (asked && (all || dirty)) {
			read_damage(all);
			dirty = all = false;
			if (n_changed) {
				alive = send_changed();
				asked = false;
			}
			continue;
		}
		poll(polled, 2, -1);
		if (polled[0].revents)
			alive = read_message(&asked, &all);
	}
}

/* ---- setup ---- */

static void open_screen(const char *name)
{
	Display *d = XOpenDisplay(name);
	int number, errors;
	size_t size;

	if (!d)
		die("floor: cannot open display %s", name ? name : "");
	number = DefaultScreen(d);
	screen.display = d;
	screen.root = DefaultRootWindow(d);
	screen.width = DisplayWidth(d, number);
	screen.height = DisplayHeight(d, number);
	screen.image = XShmCreateImage(
		d, DefaultVisual(d, number), (unsigned)DefaultDepth(d, number), ZPixmap, NULL,
		&screen.segment, (unsigned)screen.width, (unsigned)screen.height);
	if (!screen.image || !XDamageQueryExtension(d, &screen.damage_event, &errors))
		die("floor: needs MIT-SHM and DAMAGE");
	screen.stride = (size_t)screen.image->bytes_per_line;
	size = screen.stride * (size_t)screen.height;
	screen.segment.shmid = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
	screen.segment.shmaddr = screen.image->data = shmat(screen.segment.shmid, NULL, 0);
	screen.segment.readOnly = False;
	screen.fresh = (uint8_t *)screen.segment.shmaddr;
	screen.sent = aligned_alloc(64, (size + 63) / 64 * 64);
	if (screen.segment.shmid < 0 || screen.segment.shmaddr == (void *)-1 || !screen.sent)
		die("floor: shared memory: %s", strerror(errno));
	XShmAttach(d, &screen.segment);
	XSync(d, False);
	shmctl(screen.segment.shmid, IPC_RMID, NULL);
	screen.region = XFixesCreateRegion(d, NULL, 0);
}

static int open_listener(const char *address, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	inet_pton(AF_INET, address, &in.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0 || listen(fd, 1) < 0)
		die("floor: %s:%d: %s", address, port, strerror(errno));
	return fd;
}

int main(int argc, char **argv)
{
	const char *display = NULL, *address = "127.0.0.1";
	int port = 5999, listener, one = 1;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "-display"))
			display = argv[i + 1];
		else if (!strcmp(argv[i], "-address"))
			address = argv[i + 1];
		else if (!strcmp(argv[i], "-port"))
			port = atoi(argv[i + 1]);
		else
			die("floor: unknown option %s", argv[i]);
	}
	open_screen(display);
	listener = open_listener(address, port);
	for (;;) {
		viewer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		setsockopt(viewer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		screen.damage = XDamageCreate(screen.display, screen.root, XDamageReportNonEmpty);
		XSync(screen.display, False);
		serve();
		XDamageDestroy(screen.display, screen.damage);
		XSync(screen.display, False);
		close(viewer);
	}
}
