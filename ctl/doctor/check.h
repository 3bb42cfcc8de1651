/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `gpudesk doctor` looks at: one table of checks, each a function of the machine. */
#ifndef GPUDESK_CHECK_H
#define GPUDESK_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "facts/machine.h"

enum { FINDINGS_MAX = 16, FINDING_CAUSE_MAX = 600, FINDING_MEND_MAX = 320 };

enum finding_result { FINDING_OK, FINDING_WARN, FINDING_FAIL };

struct finding {
	enum finding_result result;
	char cause[FINDING_CAUSE_MAX];
	char mend[FINDING_MEND_MAX]; /* a command, or what to do; "" when nothing is to be done */
};

/* What one check has to say: one finding or more. */
struct findings {
	size_t n;
	struct finding list[FINDINGS_MAX];
};

/* Each adds a finding; what is too long is cut, and what is too many dropped. */
void finding_ok(struct findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void finding_warn(struct findings *findings, const char *mend, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void finding_fail(struct findings *findings, const char *mend, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts together words for `mend`; one of four buffers in turn. */
const char *finding_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a check needs beyond files that everybody can read; without it it is skipped, with a
 * warning. */
enum check_needs {
	CHECK_NEEDS_NOTHING = 0,
	CHECK_NEEDS_ROOT = 1,	 /* to see what is not everybody's */
	CHECK_NEEDS_SYSTEMD = 2, /* a system bus, and systemd at its end */
	CHECK_NEEDS_USER = 4,	 /* that the configured user exists */
	CHECK_NEEDS_PROBE = 8,	 /* to be root or the user: something is tried as the user */
	CHECK_NEEDS_DISPLAY = 16 /* that the probe has reached the user's X server */
};

struct check {
	const char *name;
	unsigned needs; /* enum check_needs */
	void (*run)(const struct machine *machine, struct findings *findings);
};

/* In the order in which they are shown: from the port towards the pixels. */
extern const struct check checks[];
extern const size_t n_checks;

/* Runs one, or says why not. *ret_findings has one finding at least. */
void check_run(const struct check *check, const struct machine *machine,
	       struct findings *ret_findings);

/* The checks, by file. */
void check_config(const struct machine *machine, struct findings *findings);
void check_allow(const struct machine *machine, struct findings *findings);
void check_system(const struct machine *machine, struct findings *findings);
void check_user(const struct machine *machine, struct findings *findings);
void check_account(const struct machine *machine, struct findings *findings);
void check_directories(const struct machine *machine, struct findings *findings);

void check_socket(const struct machine *machine, struct findings *findings);
void check_scraper_socket(const struct machine *machine, struct findings *findings);
void check_desktop_socket(const struct machine *machine, struct findings *findings);
void check_control_socket(const struct machine *machine, struct findings *findings);
void check_services(const struct machine *machine, struct findings *findings);

void check_port(const struct machine *machine, struct findings *findings);
void check_address(const struct machine *machine, struct findings *findings);
void check_other_vnc(const struct machine *machine, struct findings *findings);
void check_firewall(const struct machine *machine, struct findings *findings);

void check_gdm(const struct machine *machine, struct findings *findings);
void check_default_target(const struct machine *machine, struct findings *findings);
void check_wayland(const struct machine *machine, struct findings *findings);
void check_autologin(const struct machine *machine, struct findings *findings);

void check_pam_module(const struct machine *machine, struct findings *findings);
void check_pam(const struct machine *machine, struct findings *findings);
void check_records(const struct machine *machine, struct findings *findings);
void check_session(const struct machine *machine, struct findings *findings);
void check_password(const struct machine *machine, struct findings *findings);
void check_selinux(const struct machine *machine, struct findings *findings);

void check_x(const struct machine *machine, struct findings *findings);
void check_mit_shm(const struct machine *machine, struct findings *findings);
void check_damage(const struct machine *machine, struct findings *findings);
void check_randr(const struct machine *machine, struct findings *findings);
void check_xtest(const struct machine *machine, struct findings *findings);

void check_nvidia_driver(const struct machine *machine, struct findings *findings);
void check_rendering(const struct machine *machine, struct findings *findings);
void check_bus_id(const struct machine *machine, struct findings *findings);
void check_hard_dpms(const struct machine *machine, struct findings *findings);
void check_vglusers(const struct machine *machine, struct findings *findings);

#endif
