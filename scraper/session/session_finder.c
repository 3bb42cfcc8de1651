/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_finder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "common/log.h"
#include "common/session_facts.h"
#include "common/timer.h"
#include "desktop_starter.h"
#include "session_survey.h"

/* How long after a check the next one follows. */
#define CHECK_XSERVER_USEC UINT64_C(250000)  /* the session exists, its X server is to come */
#define CHECK_SESSION_USEC UINT64_C(1000000) /* there is no session yet */
#define CHECK_CHANGE_USEC UINT64_C(30000)    /* at the earliest, when inotify reports a change */
/* How long a session may have no record: the record follows the session at once, if at all. */
#define UNRECORDED_USEC UINT64_C(5000000)
#define ASK_AGAIN_USEC UINT64_C(5000000)

struct session_finder {
	sd_event *event;
	char *directory, *xserver_directory, *desktop_socket, *user;
	struct session_finder_options options;
	session_found_fn found;
	void *userdata;

	sd_event_source *check, *records_watch, *xservers_watch;
	struct desktop_starter *starter;
	bool reported;
	uint64_t ask_at; /* µs: when to request the desktop's start next; 0: not yet requested */
	uint64_t deadline, last_check, unrecorded_since; /* µs, CLOCK_MONOTONIC */

	struct session_display display;
	char refusal[SESSION_REASON_MAX]; /* why the desktop is not started; "": it may be */
	char starting[DESKTOP_LINE_MAX];  /* what is */
	bool has_greeter;		  /* at the last check */
	char reason[SESSION_REASON_MAX];
};

/* Bad records are reported once, at a finder's first check. */
static void report(const struct session_finder *finder, const char *id, const char *what)
{
	if (!finder->reported)
		log_warning("%s/%s: %s; ignoring it", finder->directory, id, what);
}

static bool load_candidate(struct session_finder *finder, const char *id,
			   struct session_candidate *ret_candidate)
{
	int r = session_record_load(finder->directory, id, finder->options.record_owner,
				    &ret_candidate->record);

	if (r == -ENOENT)
		return false;
	if (r < 0) {
		report(finder, id,
		       r == -EPERM    ? "may have been planted: its owner or mode is wrong"
		       : r == -EINVAL ? "not a session record"
				      : strerror(-r));
		return false;
	}
	if (ret_candidate->record.uid != finder->options.uid)
		return false;
	finder->options.session_facts(id, &ret_candidate->facts);
	const char *stale = session_record_stale_reason(&ret_candidate->record,
							&ret_candidate->facts);
	if (stale)
		report(finder, id, stale);
	return true;
}

/* Returns the number of candidates in *ret_candidates (malloc'ed), or -errno. */
static int load_candidates(struct session_finder *finder, struct session_candidate **ret_candidates)
{
	char **ids;
	int n = session_record_list(finder->directory, &ids), n_loaded = 0;

	if (n < 0)
		return n;
	struct session_candidate *candidates = calloc((size_t)n + 1, sizeof(*candidates));
	for (int i = 0; candidates && i < n; i++)
		if (load_candidate(finder, ids[i], &candidates[n_loaded]))
			n_loaded++;
	session_record_ids_free(ids, n);
	if (!candidates)
		return -ENOMEM;
	finder->reported = true;
	*ret_candidates = candidates;
	return n_loaded;
}

static enum session_verdict choose(struct session_finder *finder, struct session_record *ret_record)
{
	const struct session_finder_options *options = &finder->options;
	struct session_candidate *candidates = NULL;
	struct session_survey survey;
	size_t index;
	int n = load_candidates(finder, &candidates);

	if (n < 0)
		log_warning("%s: %s", finder->directory, strerror(-n));
	options->survey(options->uid, &survey);
	finder->has_greeter = survey.greeter;
	enum session_verdict verdict = session_choose(candidates, n < 0 ? 0 : (size_t)n,
						      finder->user, options->uid, &survey, &index,
						      finder->reason);
	if (verdict == SESSION_CHOSEN && candidates)
		*ret_record = candidates[index].record;
	free(candidates);
	return verdict;
}

/* Whether the session's X server answers; fills in the display if so, else the reason. */
static bool find_display(struct session_finder *finder, const struct session_record *record)
{
	struct session_display *display = &finder->display;
	int r = xserver_find(finder->xserver_directory, record->session,
			     finder->options.session_of_pid, display->display);

	if (r == 0) {
		(void)snprintf(display->xauthority, sizeof(display->xauthority), "%s",
			       record->xauthority);
		(void)snprintf(display->session, sizeof(display->session), "%s", record->session);
		return true;
	}
	(void)snprintf(finder->reason, sizeof(finder->reason),
		       r == -EACCES
			       ? "%s's session %s is running, but /proc does not show which X "
				 "server in %s belongs to it (is /proc mounted with hidepid?)."
			       : "%s's session %s is running, but no X server of it answers in %s.",
		       finder->user, record->session, finder->xserver_directory);
	return false;
}

static void check_at(struct session_finder *finder, uint64_t usec)
{
	timer_start_at(finder->check, usec < finder->deadline ? usec : finder->deadline);
}

static void check_soon(struct session_finder *finder)
{
	check_at(finder, finder->last_check + CHECK_CHANGE_USEC);
}

static void on_desktop_answer(enum desktop_answer answer, const char *text, void *userdata)
{
	struct session_finder *finder = userdata;

	switch (answer) {
	case DESKTOP_STARTING:
	case DESKTOP_RUNNING:
		log_info("desktop of %s: %s%s", finder->user,
			 answer == DESKTOP_STARTING ? "starting " : "running ", text);
		finder->refusal[0] = '\0';
		(void)snprintf(finder->starting, sizeof(finder->starting), "%s", text);
		if (!finder->options.progress)
			return;
		break;
	case DESKTOP_REFUSED:
		(void)snprintf(finder->refusal, sizeof(finder->refusal),
			       "%s has no graphical session, and the desktop was not started: %s",
			       finder->user, text);
		if (finder->options.progress) /* asks again */
			finder->starter = desktop_starter_destroy(finder->starter);
		break;
	case DESKTOP_END:
		finder->starter = desktop_starter_destroy(finder->starter);
		break;
	}
	check_soon(finder);
}

/*
 * Requested again while no session comes: what was too early for a restart (a logout just after
 * GDM's start) may be accepted some seconds later.
 */
static void ask_for_desktop(struct session_finder *finder, uint64_t now)
{
	if (!finder->desktop_socket || finder->starter || now < finder->ask_at)
		return;
	finder->ask_at = now + ASK_AGAIN_USEC;
	int r = desktop_starter_start(finder->event, finder->desktop_socket, on_desktop_answer,
				      finder, &finder->starter);
	if (r < 0)
		log_warning("cannot request the desktop's start: %s: %s; waiting for it anyway",
			    finder->desktop_socket, strerror(-r));
}

/* The finder must not be used after this: the callee may have destroyed it. */
static void answer(struct session_finder *finder, bool found)
{
	timer_stop(finder->check);
	finder->records_watch = sd_event_source_unref(finder->records_watch);
	finder->xservers_watch = sd_event_source_unref(finder->xservers_watch);
	finder->starter = desktop_starter_destroy(finder->starter);
	finder->found(found ? &finder->display : NULL, found ? NULL : finder->reason,
		      finder->userdata);
}

/* Whether waiting longer is in vain; completes the reason. */
static bool is_hopeless(struct session_finder *finder, enum session_verdict verdict, uint64_t now)
{
	if (verdict == SESSION_UNUSABLE)
		return true;
	if (verdict == SESSION_NONE && finder->refusal[0] != '\0') {
		memcpy(finder->reason, finder->refusal, sizeof(finder->reason));
		return true;
	}
	if (verdict != SESSION_UNRECORDED) {
		finder->unrecorded_since = 0;
		return false;
	}
	if (finder->unrecorded_since == 0)
		finder->unrecorded_since = now;
	return now - finder->unrecorded_since >= UNRECORDED_USEC;
}

static void report_progress(struct session_finder *finder, enum session_verdict verdict,
			    uint64_t now)
{
	struct session_progress progress = {
		.stage = verdict == SESSION_CHOSEN			  ? SESSION_AWAITS_X
			 : verdict != SESSION_NONE || finder->has_greeter ? SESSION_AWAITS_LOGIN
									  : SESSION_AWAITS_MANAGER,
		.is_hopeless = is_hopeless(finder, verdict, now),
		.reason = finder->reason,
		.desktop = finder->starting,
	};

	finder->options.progress(&progress, finder->userdata);
}

static int on_check(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct session_finder *finder = userdata;
	struct session_record record;
	uint64_t now = timer_now(finder->event);

	(void)source;
	(void)usec;
	finder->last_check = now;
	enum session_verdict verdict = choose(finder, &record);
	if (verdict == SESSION_CHOSEN && find_display(finder, &record)) {
		answer(finder, true);
		return 0;
	}
	if (verdict == SESSION_NONE)
		ask_for_desktop(finder, now);
	if (finder->options.progress) {
		report_progress(finder, verdict, now);
	} else if (is_hopeless(finder, verdict, now) || now >= finder->deadline) {
		answer(finder, false);
		return 0;
	}
	check_at(finder,
		 now + (verdict == SESSION_CHOSEN ? CHECK_XSERVER_USEC : CHECK_SESSION_USEC));
	return 0;
}

static int on_change(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
	(void)source;
	(void)event;
	check_soon(userdata);
	return 0;
}

static int copy_options(struct session_finder *finder, const struct session_finder_options *options)
{
	finder->options = *options;
	if (!finder->options.session_of_pid)
		finder->options.session_of_pid = logind_session_of_pid;
	if (!finder->options.session_facts)
		finder->options.session_facts = session_facts_read;
	if (!finder->options.survey)
		finder->options.survey = session_survey_take;

	finder->directory = strdup(options->directory);
	finder->user = strdup(options->user);
	finder->xserver_directory = strdup(options->xserver_directory ? options->xserver_directory
								      : XSERVER_DIRECTORY);
	if (options->desktop_socket)
		finder->desktop_socket = strdup(options->desktop_socket);
	if (!finder->directory || !finder->user || !finder->xserver_directory ||
	    (options->desktop_socket && !finder->desktop_socket))
		return -ENOMEM;
	return 0;
}

static int add_sources(struct session_finder *finder)
{
	uint64_t now = timer_now(finder->event);
	finder->deadline = finder->options.progress ||
					   finder->options.session_wait > UINT64_MAX - now
				   ? UINT64_MAX - 1
				   : now + finder->options.session_wait;
	int r = timer_add(finder->event, 0, on_check, finder, &finder->check);
	if (r < 0)
		return r;

	/* A directory that does not exist yet is found by the regular checks. */
	(void)sd_event_add_inotify(finder->event, &finder->records_watch, finder->directory,
				   IN_CREATE | IN_MOVED_TO | IN_DELETE, on_change, finder);
	(void)sd_event_add_inotify(finder->event, &finder->xservers_watch,
				   finder->xserver_directory, IN_CREATE, on_change, finder);
	return 0;
}

int session_finder_start(sd_event *event, const struct session_finder_options *options,
			 session_found_fn found, void *userdata, struct session_finder **ret_finder)
{
	struct session_finder *finder = calloc(1, sizeof(*finder));

	if (!finder)
		return -ENOMEM;
	finder->event = sd_event_ref(event);
	finder->found = found;
	finder->userdata = userdata;
	int r = copy_options(finder, options);
	if (r >= 0)
		r = add_sources(finder);
	if (r < 0) {
		(void)session_finder_destroy(finder);
		return r;
	}
	*ret_finder = finder;
	return 0;
}

struct session_finder *session_finder_destroy(struct session_finder *finder)
{
	if (!finder)
		return NULL;
	(void)desktop_starter_destroy(finder->starter);
	sd_event_source_unref(finder->xservers_watch);
	sd_event_source_unref(finder->records_watch);
	sd_event_source_unref(finder->check);
	sd_event_unref(finder->event);
	free(finder->directory);
	free(finder->xserver_directory);
	free(finder->desktop_socket);
	free(finder->user);
	free(finder);
	return NULL;
}
