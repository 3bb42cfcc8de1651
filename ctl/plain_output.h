/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command prints may come from anywhere: a scraper that others have taken over, the names of
 * processes, somebody's file. No byte of it reaches the terminal that a terminal would obey.
 */
#ifndef GPUDESK_PLAIN_OUTPUT_H
#define GPUDESK_PLAIN_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/* Of one stream; lives as long as that. */
struct plain_output {
	int fd;
	unsigned n_following; /* bytes that the character begun needs yet */
	bool may_be_c1;	      /* after 0xc2 */
};

/*
 * Returns a stream that writes to `fd`, with "?" for each control character but newline and tab,
 * also those of C1 (U+0080 to U+009F) and bytes that are not of UTF-8 and may be taken for these.
 * Buffered by lines on a terminal, as stdout is, or as `mode` of setvbuf(3) says. NULL if there is
 * no memory. The descriptor stays open when the stream is closed.
 */
FILE *plain_output_open(struct plain_output *output, int fd, int mode);

/* From now on stdout and stderr of this program are such streams. */
void plain_output_install(void);

/* Whether stdout is a terminal that shows colours, and NO_COLOR does not forbid them. */
bool plain_output_has_colour(void);

/* Writes what a terminal obeys to `fd`, STDOUT_FILENO or STDERR_FILENO, after all before it. */
void plain_output_escape(int fd, const char *sequence);

#endif
