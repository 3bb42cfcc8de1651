/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether pam_gpudesk is in a PAM service's session stack, after pam_systemd. */
#ifndef GPUDESK_PAM_STACK_H
#define GPUDESK_PAM_STACK_H

#include <stdbool.h>

struct ctl;

#define PAM_STACK_MODULE "pam_gpudesk.so"

enum { PAM_STACK_WHERE_MAX = 160 };

enum pam_stack_verdict {
	PAM_STACK_RIGHT,	  /* after pam_systemd */
	PAM_STACK_NO_SERVICE,	  /* no such service file */
	PAM_STACK_MISSING,	  /* pam_gpudesk is not in the stack */
	PAM_STACK_BEFORE_SYSTEMD, /* before pam_systemd: there is no session to record yet */
	PAM_STACK_NO_SYSTEMD,	  /* pam_systemd is not in the stack: there is never a session */
};

struct pam_stack {
	enum pam_stack_verdict verdict;
	char where[PAM_STACK_WHERE_MAX]; /* "FILE:LINE" of pam_gpudesk; "" if missing */
	bool is_twice;			 /* it is in the stack more than once */
};

/*
 * Reads the session stack of the service file at `path`, such as "/etc/pam.d/gdm-autologin", with
 * the files that it includes, as libpam does. Returns 0 or -errno.
 */
int pam_stack_read(const struct ctl *ctl, const char *path, struct pam_stack *ret_stack);

/* Where pam_gpudesk.so is installed, without --root. Returns 0 or -ENOENT. */
int pam_stack_find_module(const struct ctl *ctl, char ret_path[static PAM_STACK_WHERE_MAX]);

#endif
