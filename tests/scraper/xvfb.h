/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real X server without a screen, while the test runs. */
#ifndef GPUDESK_TESTS_XVFB_H
#define GPUDESK_TESTS_XVFB_H

#include <sys/types.h>

struct xvfb {
	pid_t pid;	  /* 0: none */
	char display[16]; /* ":99" */
};

/* Starts one on a free display and waits for it. Returns 0, or -errno (-ENOENT: no Xvfb). */
int xvfb_start(struct xvfb *ret_xvfb);

/* The same with a screen of `geometry`, "WIDTHxHEIGHTxDEPTH". */
int xvfb_start_sized(struct xvfb *ret_xvfb, const char *geometry);

/* Ends it and waits for its end; does nothing if it does not run. */
void xvfb_stop(struct xvfb *xvfb);

#endif
