/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xorg_write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lines.h"

static const char format[] =
	"# Written by \"gpudesk setup\"; \"gpudesk setup --undo\" removes it.\n"
	"# Shows the desktop on the NVIDIA card, with or without a monitor.\n"
	"\n"
	"Section \"Device\"\n"
	"\tIdentifier \"gpudesk\"\n"
	"\tDriver     \"nvidia\"\n"
	"\t# Decimal; lspci prints hexadecimal numbers.\n"
	"\tBusID      \"%s\"\n"
	"\t# Otherwise, without a monitor, OpenGL programs may drop to one frame per\n"
	"\t# second once the screen is blanked.\n"
	"\tOption     \"HardDPMS\" \"false\"\n"
	"\t# Older drivers need this to start without a monitor.\n"
	"\tOption     \"AllowEmptyInitialConfiguration\" \"true\"\n"
	"EndSection\n"
	"\n"
	"Section \"Monitor\"\n"
	"\tIdentifier \"gpudesk\"\n"
	"\tOption     \"DPMS\" \"false\"\n"
	"EndSection\n"
	"\n"
	"Section \"Screen\"\n"
	"\tIdentifier   \"gpudesk\"\n"
	"\tDevice       \"gpudesk\"\n"
	"\tMonitor      \"gpudesk\"\n"
	"\tDefaultDepth 24\n"
	"\tSubSection \"Display\"\n"
	"\t\tDepth 24\n"
	"\tEndSubSection\n"
	"EndSection\n";

int xorg_write(const char *bus_id, char **ret_text, size_t *ret_length)
{
	int length = asprintf(ret_text, format, bus_id);

	if (length < 0)
		return -ENOMEM;
	*ret_length = (size_t)length;
	return 0;
}

int xorg_write_bus_id(const char *text, size_t length, unsigned line, const char *bus_id,
		      char **ret_text, size_t *ret_length)
{
	const char *cursor = text, *from = NULL, *after = NULL;
	struct lines_writer writer;
	struct line found;

	for (unsigned i = 1; line_next(&cursor, text + length, &found); i++)
		if (i == line)
			from = memchr(found.start, '"', found.bare);
	if (from)
		after = memchr(from + 1, '"', (size_t)(text + length - from - 1));
	if (!after)
		return -EINVAL;
	int r = lines_write_begin(&writer);
	if (r < 0)
		return r;
	fwrite(text, 1, (size_t)(from + 1 - text), writer.stream);
	fputs(bus_id, writer.stream);
	fwrite(after, 1, (size_t)(text + length - after), writer.stream);
	return lines_write_end(&writer, ret_text, ret_length);
}
