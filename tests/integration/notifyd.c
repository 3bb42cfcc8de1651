/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for a desktop's notification service, on the bus of DBUS_SESSION_BUS_ADDRESS. Reads
 * commands, one a line, and answers each with a line, "ok ...":
 *
 * own, disown   the service's name is on the bus, or not
 * mute, speak   does not answer Notify, or does
 * count         how many Notify calls there were
 * last          the last one: "ID REPLACES SUMMARY | BODY"
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define SERVICE "org.freedesktop.Notifications"

static unsigned n_calls;
static char last[1024];
static bool is_mute;

static int on_notify(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const char *program, *icon, *summary, *body;
	uint32_t replaces;
	int32_t expires;

	(void)userdata;
	(void)error;
	int r = sd_bus_message_read(message, "susssasa{sv}i", &program, &replaces, &icon, &summary,
				    &body, 0, 0, &expires);
	if (r < 0)
		return r;
	n_calls++;
	uint32_t id = replaces ? replaces : 41 + n_calls;
	snprintf(last, sizeof(last), "%u %u %s | %s", id, replaces, summary, body);
	return is_mute ? 1 : sd_bus_reply_method_return(message, "u", id);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Notify", "susssasa{sv}i", "u", on_notify, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static void answer(sd_bus *bus, const char *command)
{
	int r = 0;

	if (strcmp(command, "own") == 0)
		r = sd_bus_request_name(bus, SERVICE, 0);
	else if (strcmp(command, "disown") == 0)
		r = sd_bus_release_name(bus, SERVICE);
	else if (strcmp(command, "mute") == 0)
		is_mute = true;
	else if (strcmp(command, "speak") == 0)
		is_mute = false;
	else if (strcmp(command, "count") != 0 && strcmp(command, "last") != 0)
		r = -EINVAL;
	if (r < 0)
		puts(strerror(-r));
	else if (strcmp(command, "count") == 0)
		printf("ok %u\n", n_calls);
	else
		printf("ok %s\n", strcmp(command, "last") == 0 ? last : "");
	fflush(stdout);
}

static int on_command(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	static char line[256];
	static size_t n;
	char byte;

	(void)events;
	if (read(fd, &byte, 1) != 1)
		return sd_event_exit(sd_event_source_get_event(source), 0);
	if (byte != '\n') {
		if (n < sizeof(line) - 1)
			line[n++] = byte;
		return 0;
	}
	line[n] = '\0';
	n = 0;
	answer(userdata, line);
	return 0;
}

int main(void)
{
	sd_event *event = NULL;
	sd_bus *bus = NULL;
	int r = sd_event_default(&event);

	if (r >= 0)
		r = sd_bus_open_user(&bus);
	if (r >= 0)
		r = sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/Notifications", SERVICE,
					     vtable, NULL);
	if (r >= 0)
		r = sd_bus_attach_event(bus, event, 0);
	if (r >= 0)
		r = sd_event_add_io(event, NULL, STDIN_FILENO, EPOLLIN, on_command, bus);
	puts(r < 0 ? strerror(-r) : "ok");
	fflush(stdout);
	if (r >= 0)
		r = sd_event_loop(event);
	sd_bus_flush_close_unref(bus);
	sd_event_unref(event);
	return r < 0;
}
