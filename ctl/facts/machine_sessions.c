/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "common/session_facts.h"
#include "machine.h"

typedef int (*session_text_fn)(const char *id, char **ret_text);

/* Copies a string of sd-login's, "" if it has none. */
static void session_text(session_text_fn get, const char *id, char *ret_text, size_t size)
{
	char *text = NULL;

	ret_text[0] = '\0';
	if (get(id, &text) >= 0 && text)
		snprintf(ret_text, size, "%s", text);
	free(text);
}

static void read_session(struct machine *machine, const char *id)
{
	char state[32], type[32], class[32];
	uid_t uid;

	session_text(sd_session_get_state, id, state, sizeof(state));
	session_text(sd_session_get_type, id, type, sizeof(type));
	session_text(sd_session_get_class, id, class, sizeof(class));
	if (sd_session_get_uid(id, &uid) < 0 || strcmp(state, "closing") == 0)
		return;
	machine->has_greeter |= strcmp(class, "greeter") == 0;
	if (!machine->has_account || uid != machine->account.uid ||
	    strncmp(class, "user", 4) != 0 ||
	    (strcmp(type, "x11") != 0 && strcmp(type, "wayland") != 0))
		return;
	snprintf(machine->graphical_session, sizeof(machine->graphical_session), "%s", id);
	snprintf(machine->graphical_type, sizeof(machine->graphical_type), "%.15s", type);
}

static void read_sessions(struct machine *machine)
{
	char **ids = NULL;
	int n = sd_get_sessions(&ids);

	for (int i = 0; i < n; i++) {
		read_session(machine, ids[i]);
		free(ids[i]);
	}
	free(ids);
}

/* The scraper too shows the newest of the user's fresh x11 sessions. */
static bool is_better(const struct machine *machine, const struct machine_record *one)
{
	if (one->error || !machine->has_account || one->record.uid != machine->account.uid ||
	    strcmp(one->record.type, "x11") != 0 ||
	    session_record_stale_reason(&one->record, &one->facts))
		return false;
	return machine->chosen < 0 ||
	       strcmp(one->record.opened, machine->records[machine->chosen].record.opened) > 0;
}

void machine_read_sessions(struct machine *machine)
{
	char **ids = NULL;

	if (machine->ctl->root[0])
		return;
	read_sessions(machine);
	machine->seat_lacks_graphics = sd_seat_can_graphical("seat0") == 0;
	int n = session_record_list(SESSION_RECORD_DIRECTORY, &ids);
	machine->n_records = n > MACHINE_RECORDS_MAX ? MACHINE_RECORDS_MAX : n;
	for (int i = 0; i < machine->n_records; i++) {
		struct machine_record *one = &machine->records[i];

		snprintf(one->id, sizeof(one->id), "%s", ids[i]);
		one->error = session_record_load(SESSION_RECORD_DIRECTORY, ids[i], 0, &one->record);
		session_facts_read(ids[i], &one->facts);
		if (is_better(machine, one))
			machine->chosen = i;
	}
	session_record_ids_free(ids, n);
}

void machine_read_probe(struct machine *machine)
{
	const struct session_record *record = machine->chosen < 0
						      ? NULL
						      : &machine->records[machine->chosen].record;
	struct probe_request request = {
		.user = machine->is_root ? machine->config.user : NULL,
		.uid = machine->account.uid,
		.gid = machine->account.gid,
		.password_file = machine->config.password_file,
		.session = record ? record->session : NULL,
		.xauthority = record ? record->xauthority : NULL,
		.sound = machine->config.sound,
	};

	machine->can_probe = !machine->ctl->root[0] && machine->has_account &&
			     (machine->is_root || geteuid() == machine->account.uid);
	if (machine->can_probe)
		machine->probe_error = probe_run(&request, &machine->probe);
}
