/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workload: one kind of activity on an X display, until SIGTERM.
 *
 *   workload KIND -display :N [-ticks FILE] [-fps F]
 *
 * Prints READY when its windows are shown, and one JSON line at the end.
 */
#include <X11/Xlib.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "base.h"
#include "workload.h"

enum { LINE_HEIGHT = 18, COLUMNS_MAX = 400 };

struct screen screen;
struct window window;
struct ticks *ticks;
static volatile sig_atomic_t stopped;

static void on_signal(int signal)
{
	(void)signal;
	stopped = 1;
}

void add_block(int x, int y)
{
	ticks->block[ticks->n_blocks].x = x;
	ticks->block[ticks->n_blocks].y = y;
	ticks->n_blocks++;
}

void open_window(int x, int y, int width, int height, unsigned long background)
{
	XSetWindowAttributes a = { .override_redirect = True, .background_pixel = background };

	window.width = width < screen.width ? width : screen.width;
	window.height = height < screen.height ? height : screen.height;
	window.x = x + window.width > screen.width ? screen.width - window.width : x;
	window.y = y + window.height > screen.height ? screen.height - window.height : y;
	window.id = XCreateWindow(screen.display, screen.root, window.x, window.y,
				  (unsigned)window.width, (unsigned)window.height, 0,
				  CopyFromParent, InputOutput, CopyFromParent,
				  CWOverrideRedirect | CWBackPixel, &a);
	XMapRaised(screen.display, window.id);
	XSync(screen.display, False);
}

static void fill(Drawable target, unsigned long color, int x, int y, int width, int height)
{
	XSetForeground(screen.display, screen.gc, color);
	XFillRectangle(screen.display, target, screen.gc, x, y, (unsigned)width, (unsigned)height);
}

static void text(Drawable target, int x, int y, int lines, int columns, unsigned seed)
{
	char line[COLUMNS_MAX];

	for (int i = 0; i < lines; i++) {
		for (int c = 0; c < columns; c++) {
			seed = seed * 1103515245 + 12345;
			line[c] = (seed >> 16) % 6 ? (char)(33 + (seed >> 18) % 90) : ' ';
		}
		XDrawString(screen.display, target, screen.gc, x, y + i * LINE_HEIGHT, line,
			    columns);
	}
}

static Pixmap open_pixmap(int width, int height)
{
	return XCreatePixmap(screen.display, screen.root, (unsigned)width, (unsigned)height,
			     (unsigned)DefaultDepth(screen.display, DefaultScreen(screen.display)));
}

/* ---- desk: a wallpaper with three "windows" of text, which stays on the root window ---- */

static void paint_desk(void)
{
	static const int place[3][2] = { { 120, 150 }, { 1300, 90 }, { 900, 900 } };
	Pixmap pixmap = open_pixmap(screen.width, screen.height);
	XShmSegmentInfo segment;
	XImage *image = open_image(screen.width, screen.height, &segment);
	uint32_t *pixel = (uint32_t *)(void *)image->data;

	for (int y = 0; y < screen.height; y++)
		for (int x = 0; x < screen.width; x++)
			*pixel++ = (uint32_t)(30 + 60 * y / screen.height) << 16 |
				   (uint32_t)(50 + 70 * x / screen.width) << 8 |
				   (uint32_t)(110 + 50 * y / screen.height);
	XShmPutImage(screen.display, pixmap, screen.gc, image, 0, 0, 0, 0, (unsigned)screen.width,
		     (unsigned)screen.height, False);
	for (unsigned i = 0; i < 3; i++) {
		fill(pixmap, 0xe8e8e8, place[i][0], place[i][1], 1000, 620);
		fill(pixmap, 0x3050a0, place[i][0], place[i][1], 1000, 28);
		XSetForeground(screen.display, screen.gc, 0x101010);
		text(pixmap, place[i][0] + 10, place[i][1] + 50, 31, 150, 77 + i);
	}
	XSetWindowBackgroundPixmap(screen.display, screen.root, pixmap);
	XClearWindow(screen.display, screen.root);
	/* Away from all ticks, since some servers paint the cursor into the frame. */
	XWarpPointer(screen.display, None, screen.root, 0, 0, 0, 0, screen.width - 40,
		     screen.height - 40);
	XSync(screen.display, False);
	XSetCloseDownMode(screen.display, RetainPermanent);
}

/* ---- typing: one character cell changes ---- */

static void setup_typing(void)
{
	open_window(400, 300, 900, 600, 0xffffff);
	XSetForeground(screen.display, screen.gc, 0);
	text(window.id, 8, 20, 20, 140, 5);
	add_block(506, 415);
}

static void draw_typing(uint32_t id)
{
	char letter = (char)('A' + id % 26);

	fill(window.id, tick_color(id), 500, 400, 12, 20);
	XSetForeground(screen.display, screen.gc, 0);
	XDrawString(screen.display, window.id, screen.gc, 502, 410, &letter, 1);
}

/* ---- scroll: a terminal scrolls by one line ---- */

static void setup_scroll(void)
{
	open_window(300, 200, 1200, 900, 0x101018);
	XSetForeground(screen.display, screen.gc, 0xd0d0d0);
	text(window.id, 4, 14, 50, 190, 9);
	add_block(window.width - 12, window.height - 10);
}

static void draw_scroll(uint32_t id)
{
	int top = window.height - LINE_HEIGHT;

	XCopyArea(screen.display, window.id, window.id, screen.gc, 0, LINE_HEIGHT,
		  (unsigned)window.width, (unsigned)top, 0, 0);
	fill(window.id, 0x101018, 0, top, window.width, LINE_HEIGHT);
	XSetForeground(screen.display, screen.gc, 0xd0d0d0);
	text(window.id, 4, window.height - 4, 1, 190, id * 31);
	fill(window.id, tick_color(id), window.width - 20, top, TICK_PIXELS, TICK_PIXELS);
}

/* ---- drag: a window of text is moved ---- */

static void setup_drag(void)
{
	Pixmap pixmap = open_pixmap(800, 600);

	open_window(300, 200, 800, 600, 0xf4f4f0);
	fill(pixmap, 0xf4f4f0, 0, 0, 800, 600);
	fill(pixmap, 0x4060c0, 0, 0, 800, 28);
	XSetForeground(screen.display, screen.gc, 0x101010);
	text(pixmap, 8, 46, 30, 128, 3);
	XSetWindowBackgroundPixmap(screen.display, window.id, pixmap);
	XClearWindow(screen.display, window.id);
	add_block(16, 14);
}

static void move_drag(uint32_t id)
{
	double angle = 2 * M_PI * id / 240;
	double reach_x = screen.width / 2.0 - 420, reach_y = screen.height / 2.0 - 320;

	window.x = (int)(screen.width / 2.0 - 400 + reach_x * sin(angle));
	window.y = (int)(screen.height / 2.0 - 300 + reach_y * sin(2 * angle + 0.5));
}

static void draw_drag(uint32_t id)
{
	fill(window.id, tick_color(id), 8, 6, TICK_PIXELS, TICK_PIXELS);
	XMoveWindow(screen.display, window.id, window.x, window.y);
}

static const struct activity activities[] = {
	{ "typing", 15, setup_typing, NULL, draw_typing },
	{ "scroll", 30, setup_scroll, NULL, draw_scroll },
	{ "view", 30, setup_view, NULL, draw_frame },
	{ "full", 60, setup_full, NULL, draw_frame },
	{ "false", 60, setup_false, NULL, draw_frame },
	{ "drag", 60, setup_drag, move_drag, draw_drag },
	{ "strips", 30, setup_strips, NULL, draw_strips },
	{ "strips-full", 60, setup_strips_full, NULL, draw_strips },
	{ "storm", 2000, setup_storm, NULL, draw_frame },
};

/* ---- the loop ---- */

static void open_screen(const char *name)
{
	XGCValues values = { .graphics_exposures = False };
	XFontStruct *font;

	screen.display = XOpenDisplay(name);
	if (!screen.display)
		die("workload: cannot open display %s", name ? name : "");
	screen.root = DefaultRootWindow(screen.display);
	screen.width = DisplayWidth(screen.display, DefaultScreen(screen.display));
	screen.height = DisplayHeight(screen.display, DefaultScreen(screen.display));
	screen.gc = XCreateGC(screen.display, screen.root, GCGraphicsExposures, &values);
	font = XLoadQueryFont(screen.display, "fixed");
	if (font)
		XSetFont(screen.display, screen.gc, font->fid);
}

/* Draws one frame and records when it was on the screen. */
static int64_t show_frame(const struct activity *activity, uint32_t id)
{
	uint32_t slot = id % TICK_RING;
	int64_t shown;

	atomic_store(&ticks->shown[slot], 0);
	if (activity->move)
		activity->move(id);
	/* Before it is drawn: the probe looks for the first strips of a frame, too. */
	ticks->position[slot].x = (int16_t)window.x;
	ticks->position[slot].y = (int16_t)window.y;
	activity->draw(id);
	XSync(screen.display, False);
	shown = now_ns();
	atomic_store(&ticks->shown[slot], shown);
	atomic_store(&ticks->current, id);
	return shown;
}

static void run(const struct activity *activity, double fps)
{
	int64_t step = (int64_t)((double)SECOND / fps), start = now_ns(), next = start,
		last = start;
	unsigned missed = 0;
	uint32_t id = 0;

	while (!stopped) {
		int64_t now = now_ns();

		next += step;
		while (next < now) { /* keeps the phase */
			next += step;
			missed++;
		}
		sleep_until(next);
		if (stopped) /* also avoids another frame after SIGCONT */
			break;
		last = show_frame(activity, ++id);
	}
	printf("{\"kind\":\"%s\",\"frames\":%u,\"fps\":%.2f,\"missed\":%u}\n", activity->name, id,
	       id ? (double)id * (double)SECOND / (double)(last - start) : 0.0, missed);
}

static const struct activity *find_activity(const char *name)
{
	for (size_t i = 0; i < sizeof(activities) / sizeof(*activities); i++)
		if (!strcmp(activities[i].name, name))
			return &activities[i];
	die("workload: unknown kind %s", name);
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "", *display = NULL, *path = NULL;
	const struct activity *activity;
	double fps = 0;

	for (int i = 2; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "-display"))
			display = argv[i + 1];
		else if (!strcmp(argv[i], "-ticks"))
			path = argv[i + 1];
		else if (!strcmp(argv[i], "-fps"))
			fps = atof(argv[i + 1]);
		else
			die("workload: unknown option %s", argv[i]);
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	open_screen(display);
	if (!strcmp(kind, "desk")) {
		paint_desk();
		return 0;
	}
	activity = find_activity(kind);
	ticks = path ? ticks_open(path, true) : calloc(1, sizeof(*ticks));
	if (!ticks)
		die("workload: %s: %s", path ? path : "memory", strerror(errno));
	activity->setup();
	XSync(screen.display, False);
	puts("READY");
	fflush(stdout);
	run(activity, fps > 0 ? fps : activity->fps);
	XCloseDisplay(screen.display);
	return 0;
}
