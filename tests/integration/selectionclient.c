/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that owns a selection, for the tests. It takes one command a line on stdin, for the
 * display in $DISPLAY, and answers each with one line: "ok", with words for some.
 *
 * own SELECTION [TEXT]   takes the selection; without a text, requests for it are never answered
 * asked                  the targets that were requested since the last time
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <X11/Xatom.h>
#include <X11/Xlib.h>

enum { LINE_MAX_BYTES = 512 };

static Display *x;
static Window window;
static char text[LINE_MAX_BYTES], asked[4096];

static void own(char *arguments)
{
	char *space = strchr(arguments, ' ');

	text[0] = '\0';
	if (space) {
		*space = '\0';
		strcpy(text, space + 1);
	}
	XSetSelectionOwner(x, XInternAtom(x, arguments, False), window, CurrentTime);
	XSync(x, False);
}

static void note(Atom target)
{
	char *name = XGetAtomName(x, target);
	size_t length = strlen(asked);

	snprintf(asked + length, sizeof(asked) - length, "%s%s", length ? " " : "", name);
	XFree(name);
}

static bool convert(const XSelectionRequestEvent *request)
{
	Atom utf8 = XInternAtom(x, "UTF8_STRING", False);

	if (request->target == XInternAtom(x, "TARGETS", False))
		XChangeProperty(x, request->requestor, request->property, XA_ATOM, 32,
				PropModeReplace, (unsigned char *)&utf8, 1);
	else if (request->target == utf8)
		XChangeProperty(x, request->requestor, request->property, utf8, 8, PropModeReplace,
				(unsigned char *)text, (int)strlen(text));
	else
		return false;
	return true;
}

static void on_request(const XSelectionRequestEvent *request)
{
	XSelectionEvent answer = {
		.type = SelectionNotify,
		.requestor = request->requestor,
		.selection = request->selection,
		.target = request->target,
		.time = request->time,
	};

	note(request->target);
	if (!text[0])
		return;
	answer.property = convert(request) ? request->property : None;
	XSendEvent(x, request->requestor, False, 0, (XEvent *)&answer);
}

static void dispatch(void)
{
	while (XPending(x)) {
		XEvent event;

		XNextEvent(x, &event);
		if (event.type == SelectionRequest)
			on_request(&event.xselectionrequest);
	}
	XFlush(x);
}

static void obey(char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "own ", 4) == 0) {
		own(line + 4);
		puts("ok");
	} else if (strcmp(line, "asked") == 0) {
		printf("ok %s\n", asked);
		asked[0] = '\0';
	} else {
		printf("error %s\n", line);
	}
	fflush(stdout);
}

int main(void)
{
	char line[LINE_MAX_BYTES];

	x = XOpenDisplay(NULL);
	if (!x)
		return EXIT_FAILURE;
	window = XCreateSimpleWindow(x, DefaultRootWindow(x), 0, 0, 1, 1, 0, 0, 0);
	setvbuf(stdin, NULL, _IONBF, 0); /* poll() must see what is left of it */
	printf("ok\n");
	fflush(stdout);
	for (;;) {
		struct pollfd ready[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = ConnectionNumber(x), .events = POLLIN },
		};

		dispatch(); /* also what has come with an answer, and poll() does not show */
		if (poll(ready, 2, -1) < 0)
			break;
		if (!ready[0].revents)
			continue;
		if (!fgets(line, sizeof(line), stdin))
			break;
		obey(line);
	}
	XCloseDisplay(x);
	return EXIT_SUCCESS;
}
