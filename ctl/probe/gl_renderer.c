/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gl_renderer.h"

#include <X11/Xutil.h>
#include <dlfcn.h>
#include <stdio.h>

/*
 * What is used of GL/glx.h and GL/gl.h, which are not needed for building: see the specifications
 * of GLX 1.4 and OpenGL.
 */
enum { GLX_RGBA_BIT = 4, GL_RENDERER_NAME = 0x1F01 };

typedef struct glx_context *context_handle;

struct gl {
	void *library;
	int (*query_extension)(Display *x, int *error, int *event);
	XVisualInfo *(*choose_visual)(Display *x, int screen, int *attributes);
	context_handle (*create_context)(Display *x, XVisualInfo *visual, context_handle share,
					 int direct);
	int (*make_current)(Display *x, XID drawable, context_handle context);
	void (*destroy_context)(Display *x, context_handle context);
	const unsigned char *(*get_string)(unsigned name);
};

static int load(struct gl *gl)
{
	const struct {
		const char *name;
		void *to;
	} calls[] = {
		{ "glXQueryExtension", &gl->query_extension },
		{ "glXChooseVisual", &gl->choose_visual },
		{ "glXCreateContext", &gl->create_context },
		{ "glXMakeCurrent", &gl->make_current },
		{ "glXDestroyContext", &gl->destroy_context },
		{ "glGetString", &gl->get_string },
	};

	gl->library = dlopen("libGL.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!gl->library)
		return -1;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		*(void **)calls[i].to = dlsym(gl->library, calls[i].name);
		if (!*(void **)calls[i].to)
			return -1;
	}
	return 0;
}

/* A window with the context's visual, which may differ from the default one. */
static Window make_window(Display *x, const XVisualInfo *visual, Colormap *ret_colours)
{
	const Window root = RootWindow(x, visual->screen);
	XSetWindowAttributes attributes = { .border_pixel = 0 };

	*ret_colours = XCreateColormap(x, root, visual->visual, AllocNone);
	attributes.colormap = *ret_colours;
	return XCreateWindow(x, root, 0, 0, 1, 1, 0, visual->depth, InputOutput, visual->visual,
			     CWBorderPixel | CWColormap, &attributes);
}

static void ask(Display *x, const struct gl *gl, XVisualInfo *visual, struct gl_renderer *found)
{
	context_handle context = gl->create_context(x, visual, NULL, True);
	Colormap colours;

	if (!context) {
		found->problem = "cannot create an OpenGL context";
		return;
	}
	Window window = make_window(x, visual, &colours);
	const unsigned char *name = NULL;
	if (gl->make_current(x, window, context))
		name = gl->get_string(GL_RENDERER_NAME);
	if (name)
		snprintf(found->renderer, sizeof(found->renderer), "%s", (const char *)name);
	if (!found->renderer[0])
		found->problem = "OpenGL does not name its renderer";
	gl->make_current(x, None, NULL);
	gl->destroy_context(x, context);
	XDestroyWindow(x, window);
	XFreeColormap(x, colours);
}

void gl_renderer(Display *x, struct gl_renderer *ret_gl)
{
	int attributes[] = { GLX_RGBA_BIT, None }, error, event;
	struct gl_renderer found = { .problem = NULL };
	XVisualInfo *visual;
	struct gl gl = { 0 };

	if (load(&gl) < 0) {
		found.problem = "there is no libGL.so.1";
	} else if (!gl.query_extension(x, &error, &event)) {
		found.problem = "the X server has no GLX extension";
	} else {
		visual = gl.choose_visual(x, DefaultScreen(x), attributes);
		if (visual)
			ask(x, &gl, visual, &found);
		else
			found.problem = "the X server has no visual for OpenGL";
		if (visual)
			XFree(visual);
	}
	/* The library stays loaded: it has installed hooks on the connection. */
	*ret_gl = found;
}
