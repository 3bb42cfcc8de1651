/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A password from a person or a pipe, or a new one by chance. */
#ifndef GPUDESK_PASSWORD_ENTRY_H
#define GPUDESK_PASSWORD_ENTRY_H

#include <stddef.h>

enum {
	PASSWORD_LEAST = 6,	  /* as vncpasswd has it */
	PASSWORD_SIGNIFICANT = 8, /* of DES, so of VNC */
	PASSWORD_ENTRY_MAX = 256, /* bytes, with the NUL */
};

/*
 * Asks on standard input, twice where that is a terminal, and says what is wrong. Returns its
 * length, or -errno after saying why.
 */
long password_ask(const char *whose, char ret_password[static PASSWORD_ENTRY_MAX]);

/* PASSWORD_SIGNIFICANT characters that are easily told apart: 46 bits. */
void password_generate(char ret_password[static PASSWORD_ENTRY_MAX]);

#endif
