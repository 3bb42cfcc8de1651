/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of the sound, where it is switched on. */
#include "check.h"

enum { SOUND_PORT = 4713 };

static void check_off(const struct machine *machine, const char *socket, struct findings *findings)
{
	if (unit_is_active(machine_unit(machine, socket)))
		finding_warn(findings,
			     finding_text("gpudesk setup --sound, or: systemctl disable --now %s",
					  finding_word(socket)),
			     "%s listens, but sound = no: nobody may hear the desktop", socket);
	else
		finding_ok(findings, "not needed: sound = no");
}

/* Where Guacamole finds it: guacd knows no other port than PulseAudio's. */
static void check_socket(const struct machine *machine, struct findings *findings)
{
	const char *socket = machine_instance(machine, "gpudesk-sound", ".socket");
	const char *service = machine_instance(machine, "gpudesk-sound", ".service");

	if (machine->has_systemd && !unit_is_active(machine_unit(machine, socket)))
		finding_warn(
			findings, "gpudesk setup --sound",
			"sound = yes, but %s does not listen: if it fails to start, another "
			"program has the port, as PulseAudio's module-native-protocol-tcp does",
			socket);
	if (machine_unit_failed(machine, service))
		finding_warn(findings,
			     finding_text("gpudesk logs; systemctl reset-failed %s",
					  finding_word(service)),
			     "%s failed when it last ran", service);
	for (size_t i = 0; i < machine->n_sound_listens; i++)
		if (machine->sound_listens[i].port != SOUND_PORT)
			finding_warn(findings,
				     finding_text("systemctl edit %s (ListenStream=, then "
						  "ListenStream=%s:%d)",
						  finding_word(socket),
						  machine->sound_listens[i].address, SOUND_PORT),
				     "%s listens on port %u, but Guacamole connects to %d only",
				     socket, machine->sound_listens[i].port, SOUND_PORT);
}

/* While the user is logged in. */
static void check_server(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;

	if (!probe->has_sound_server)
		finding_warn(
			findings,
			finding_text("%s pipewire-pulse wireplumber, then log in again",
				     machine->distribution.install_command),
			"%s has no sound server: nothing listens on /run/user/%u/pulse/native, "
			"as PulseAudio and pipewire-pulse do",
			machine->config.user, (unsigned)machine->account.uid);
	else if (probe->has_sinks && !probe->default_sink[0])
		finding_warn(findings,
			     finding_text("as %s, run: pactl load-module module-null-sink",
					  machine->config.user),
			     "the sound server of %s has no default sink: nothing is heard",
			     machine->config.user);
}

static void check_sound(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;

	if (!machine->config.sound) {
		check_off(machine, machine_instance(machine, "gpudesk-sound", ".socket"), findings);
		return;
	}
	check_socket(machine, findings);
	if (machine->can_probe && machine->graphical_session[0])
		check_server(machine, findings);
	if (findings->n == 0)
		finding_ok(findings,
			   "viewers may listen%s%s; Guacamole needs enable-audio=true "
			   "and audio-servername=%s",
			   probe->default_sink[0] ? " to what is played on " : "",
			   probe->default_sink,
			   machine->n_sound_listens ? machine->sound_listens[0].address
						    : "172.17.0.1");
}

const struct check sound_checks[] = {
	{ "sound", CHECK_NEEDS_NOTHING, check_sound },
	{ 0 },
};
