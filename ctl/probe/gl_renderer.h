/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What OpenGL renders with on a display: the library is loaded when it is there. */
#ifndef GPUDESK_GL_RENDERER_H
#define GPUDESK_GL_RENDERER_H

#include <X11/Xlib.h>

struct gl_renderer {
	char renderer[256];  /* GL_RENDERER: "NVIDIA A100/PCIe/SSE2", "llvmpipe (...)"; "" if not
				known */
	char vendor[128];    /* GL_VENDOR */
	const char *problem; /* why not; NULL when it is known; a static string */
};

/*
 * Makes a context on a window that is never shown, asks it, and takes both away. X errors must not
 * end the process meanwhile (XSetErrorHandler). Always fills *ret_look.
 */
void gl_renderer(Display *x, struct gl_renderer *ret_look);

#endif
