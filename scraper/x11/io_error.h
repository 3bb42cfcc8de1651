/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections to X servers that may be lost without ending this process, where libX11 has the calls
 * for that (from 1.7 on).
 */
#ifndef GPUDESK_IO_ERROR_H
#define GPUDESK_IO_ERROR_H

#include <X11/Xlib.h>

#ifdef HAVE_XSETIOERROREXITHANDLER
enum { IO_ERROR_RETURNS = 1 };
#else
enum { IO_ERROR_RETURNS = 0 };
#endif

/*
 * XOpenDisplay(), which returns NULL also if the X server ends meanwhile. Once such a connection is
 * lost, and Xlib's handler of I/O errors has returned, all requests on it fail without waiting, and
 * it is to be closed. Without IO_ERROR_RETURNS, Xlib ends the process after the handler.
 */
Display *io_error_open(const char *name);

/* For that handler, first of all: does not return if `x` is being opened. */
void io_error_while_opening(Display *x);

#endif
