/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io_error.h"

#ifdef HAVE_XSETIOERROREXITHANDLER
#include <setjmp.h>
#include <stddef.h>
#include <string.h>

#include <X11/Xlib-xcb.h>
#include <X11/Xlibint.h>

/* Of the io_error_open() that this thread is in; NULL: of none. */
static _Thread_local jmp_buf *opening;

static ptrdiff_t buffer_size; /* of each display: it comes from the environment */

/*
 * On a lost connection Xlib goes on writing requests into its buffer, does not empty that, and
 * crashes when it is full; or at once, where xcb had the connection last, since the buffer has no
 * room then. So it is emptied after each call, and wiped: clipboard text may be in it.
 */
static int forget_requests(Display *x)
{
	explicit_bzero(x->buffer, (size_t)buffer_size);
	x->bufptr = x->buffer;
	x->bufmax = x->buffer + buffer_size;
	return 0;
}

static void on_exit_due(Display *x, void *userdata)
{
	(void)userdata;
	forget_requests(x);
	XSetAfterFunction(x, forget_requests);
}

Display *io_error_open(const char *name)
{
	jmp_buf place;

	if (setjmp(place)) {
		opening = NULL;
		return NULL;
	}
	opening = &place;
	Display *x = XOpenDisplay(name);
	opening = NULL;
	if (!x)
		return NULL;
	XSetIOErrorExitHandler(x, on_exit_due, NULL);
	XNoOp(x); /* makes room */
	buffer_size = x->bufmax - x->buffer;
	return x;
}

/* A display can be told to return from errors only once it is open. What Xlib has of it is lost. */
void io_error_while_opening(Display *x)
{
	if (!opening)
		return;
	xcb_disconnect(XGetXCBConnection(x));
	longjmp(*opening, 1);
}
#else
Display *io_error_open(const char *name)
{
	return XOpenDisplay(name);
}

void io_error_while_opening(Display *x)
{
	(void)x;
}
#endif
