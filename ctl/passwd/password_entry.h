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
 * Reads a line from `fd`: after `prompt` and without echo where that is a terminal. Nothing of it
 * goes through stdio. Returns its length, without the newline; -ENODATA at the end of the file,
 * -EINTR after a signal that would have ended us (raised again), -E2BIG, or -errno.
 */
long password_read_line(int fd, const char *prompt, char ret_line[static PASSWORD_ENTRY_MAX]);

/*
 * Asks on standard input, twice where that is a terminal, and says what is wrong. Returns its
 * length, or -errno after saying why.
 */
long password_ask(const char *whose, char ret_password[static PASSWORD_ENTRY_MAX]);

/* Why it cannot be a password, in words that go on from "the password "; NULL: it can. */
const char *password_fault(const char *password, size_t length);

/* PASSWORD_SIGNIFICANT characters that are easily told apart: 46 bits. */
void password_generate(char ret_password[static PASSWORD_ENTRY_MAX]);

#endif
