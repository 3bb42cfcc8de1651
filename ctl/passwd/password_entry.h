/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a password from a terminal or a pipe, or generates one. */
#ifndef GPUDESK_PASSWORD_ENTRY_H
#define GPUDESK_PASSWORD_ENTRY_H

#include <stddef.h>

enum {
	PASSWORD_LEAST = 6,	  /* as for vncpasswd */
	PASSWORD_SIGNIFICANT = 8, /* VNC uses no more */
	PASSWORD_ENTRY_MAX = 256, /* bytes, with the NUL */
};

/*
 * Asks on standard input, twice if that is a terminal. Returns the password's length, or -errno
 * after logging why.
 */
long password_ask(const char *whose, char ret_password[static PASSWORD_ENTRY_MAX]);

/* PASSWORD_SIGNIFICANT characters that are hard to confuse: 46 bits. */
void password_generate(char ret_password[static PASSWORD_ENTRY_MAX]);

#endif
