/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What OpenGL renders with on a display. The library is loaded at run time. */
#ifndef GPUDESK_GL_RENDERER_H
#define GPUDESK_GL_RENDERER_H

#include <X11/Xlib.h>

struct gl_renderer {
	char renderer[256];  /* "NVIDIA A100/PCIe/SSE2", "llvmpipe (...)"; "" if unknown */
	const char *problem; /* why it is unknown, a static string; else NULL */
};

/*
 * Asks a context on a window that is never shown. X errors must not end the process meanwhile
 * (XSetErrorHandler). Always fills *ret_gl.
 */
void gl_renderer(Display *x, struct gl_renderer *ret_gl);

#endif
