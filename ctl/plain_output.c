/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plain_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How many bytes of UTF-8 follow this first one. */
static unsigned following(unsigned char byte)
{
	return byte >= 0xf0 && byte <= 0xf4 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
}

static char plain(struct plain_output *output, unsigned char byte)
{
	bool is_c1 = output->may_be_c1 && byte < 0xa0;

	if ((byte & 0xc0) == 0x80 && output->n_following > 0) {
		output->n_following--;
		output->may_be_c1 = false;
		return (char)(is_c1 ? '?' : byte);
	}
	output->n_following = byte < 0xf5 ? following(byte) : 0;
	output->may_be_c1 = byte == 0xc2;
	if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte < 0x7f) ||
	    output->n_following > 0)
		return (char)byte;
	return '?';
}

static bool write_whole(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return true;
}

/* All of it: stdio takes less for an error. */
static ssize_t write_plain(void *cookie, const char *bytes, size_t size)
{
	struct plain_output *output = cookie;
	char buffer[4096];

	for (size_t done = 0; done < size;) {
		size_t n = size - done < sizeof(buffer) ? size - done : sizeof(buffer);

		for (size_t i = 0; i < n; i++)
			buffer[i] = plain(output, (unsigned char)bytes[done + i]);
		if (!write_whole(output->fd, buffer, n))
			return 0;
		done += n;
	}
	return (ssize_t)size;
}

FILE *plain_output_open(struct plain_output *output, int fd, int mode)
{
	FILE *stream = fopencookie(output, "w", (cookie_io_functions_t){ .write = write_plain });

	*output = (struct plain_output){ .fd = fd };
	if (stream)
		setvbuf(stream, NULL, isatty(fd) && mode == _IOFBF ? _IOLBF : mode, BUFSIZ);
	return stream;
}

void plain_output_install(void)
{
	static struct plain_output outputs[2];
	FILE *out = plain_output_open(&outputs[0], STDOUT_FILENO, _IOFBF);
	FILE *errors = plain_output_open(&outputs[1], STDERR_FILENO, _IONBF);

	if (!out || !errors) {
		fputs("gpudesk: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	stdout = out;
	stderr = errors;
}

bool plain_output_has_colour(void)
{
	const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0 &&
	       !(no_colour && *no_colour);
}

void plain_output_escape(int fd, const char *sequence)
{
	fflush(fd == STDERR_FILENO ? stderr : stdout);
	(void)write_whole(fd, sequence, strlen(sequence));
}
