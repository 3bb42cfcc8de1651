/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "admission.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "arrivals.h"
#include "check_budget.h"
#include "common/event_source.h"
#include "common/log.h"
#include "common/timer.h"
#include "current_config.h"
#include "desktop_notifier.h"
#include "desktop_search.h"
#include "desktop_starter.h"
#include "handoff_server.h"
#include "idle_exit.h"
#include "notices.h"
#include "vnc_auth.h"

/*
 * How long viewers wait for a display to be opened before they are shown the status screen: where
 * there is a desktop it is not to flash by, and take the first keys, also on a busy machine. Mostly
 * that takes a few milliseconds.
 */
#define GRACE_USEC UINT64_C(500000)

struct admission {
	sd_event *event;
	const struct admission_options *options;
	struct config *config;
	struct handoff_server *handoff;
	struct server *server;
	struct desktop_search search;
	struct idle_exit idle;
	struct check_budget budget;
	struct arrivals waiting; /* for the display, or for GRACE_USEC */
	struct notices notices;
	struct desktop_notifier notifier; /* with `notify` */
	sd_event_source *grace;
	char desktop_socket[256];
};

static bool is_open(const struct admission *admission)
{
	return server_display(admission->server);
}

/* Whether viewers that come now see something at once. */
static bool is_serving(const struct admission *admission)
{
	return is_open(admission) || server_n_viewers(admission->server);
}

/*
 * Whether to go on without a desktop: somebody sees it, or has a challenge and may answer it, and
 * then sees the status screen meanwhile.
 */
static bool outlives_desktop(const struct admission *admission)
{
	return admission->config->status_screen &&
	       (server_n_viewers(admission->server) ||
		handoff_server_has_challenged(admission->handoff));
}

/* ---- when to exit ---- */

static enum idle_state get_idle_state(const void *userdata)
{
	const struct admission *admission = userdata;

	if (server_n_viewers(admission->server) || admission->waiting.first ||
	    admission->notices.n || handoff_server_pending(admission->handoff) ||
	    desktop_notifier_is_busy(&admission->notifier))
		return IDLE_NOT;
	return handoff_server_strangers(admission->handoff) ? IDLE_BUT_AWAITING : IDLE;
}

static bool may_accept(void *userdata)
{
	return idle_exit_may_accept(&((struct admission *)userdata)->idle);
}

static void on_viewers_changed(unsigned n, void *userdata)
{
	struct admission *admission = userdata;

	idle_exit_set_viewers(&admission->idle, n);
	desktop_notifier_update(&admission->notifier);
	if (!n && !admission->waiting.first)
		desktop_search_stop(&admission->search);
	admission->options->viewers_changed(admission->options->userdata);
}

__attribute__((noreturn)) static void on_ended(void *userdata)
{
	(void)userdata;
	log_info("the X server is gone: stopping; the next viewer gets the session of that time");
	sd_notify(0, "STOPPING=1");
	_exit(EXIT_SUCCESS);
}

/* The viewers see the status screen, and the next session when it comes; or this one again. */
static void await_next(struct admission *admission, const char *reason)
{
	if (!*reason)
		desktop_notifier_forget(&admission->notifier);
	int r = desktop_search_await_next(&admission->search,
					  server_has_full_access(admission->server), reason);
	if (r < 0)
		server_disconnect(admission->server, strerror(-r));
}

static void on_display_lost(const char *reason, void *userdata)
{
	struct admission *admission = userdata;

	if (!outlives_desktop(admission))
		on_ended(admission);
	if (!*reason)
		log_info("the X server is gone: waiting for the next session");
	await_next(admission, reason);
}

static void on_opened(int r, const char *reason, void *userdata)
{
	desktop_search_opened(&((struct admission *)userdata)->search, r, reason);
}

static const struct server_callbacks server_callbacks = {
	.opened = on_opened,
	.viewers_changed = on_viewers_changed,
	.display_lost = on_display_lost,
	.ended = on_ended,
};

static void on_session_over(const char *reason, void *userdata)
{
	struct admission *admission = userdata;
	bool goes_on = outlives_desktop(admission);

	log_info("session %s is over (%s): %s", admission->search.session, reason,
		 goes_on ? "waiting for the next one" : "stopping");
	if (goes_on) {
		server_close_display(admission->server);
		await_next(admission, "");
	} else {
		sd_event_exit(admission->event, 0);
	}
}

/* ---- accepting viewers ---- */

static void accept_viewer(struct admission *admission, const struct arrival *viewer)
{
	char reason[SESSION_REASON_MAX];

	if (server_make_place(admission->server, viewer->view_only, reason, sizeof(reason)) < 0) {
		notices_refuse(&admission->notices, viewer, reason);
		return;
	}
	if (arrival_take_over(viewer) < 0)
		return;
	log_viewer(LOG_LEVEL_INFO, viewer->peer, "accepted", "viewer %s accepted%s", viewer->peer,
		   viewer->view_only ? ", view only" : "");
	int r = server_add_viewer(admission->server, viewer->fd, viewer->peer, viewer->view_only);
	if (r < 0)
		log_error("cannot serve viewer %s: %s", viewer->peer, strerror(-r));
}

/* Accepts the viewers that wait; with a `reason`, refuses them. */
static void answer_waiting(struct admission *admission, const char *reason)
{
	struct arrival *viewer;

	while ((viewer = arrivals_take(&admission->waiting))) {
		if (reason)
			arrival_refuse(viewer, reason, reason);
		else
			accept_viewer(admission, viewer);
		free(viewer);
	}
}

/* ---- finding the display ---- */

static int on_grace(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	answer_waiting(userdata, NULL);
	return 0;
}

/* The display, or the status screen, which says why there is none. */
static void on_something_to_see(void *userdata)
{
	struct admission *admission = userdata;

	answer_waiting(admission, NULL);
	desktop_notifier_update(&admission->notifier);
}

static void on_failed(const char *reason, void *userdata)
{
	struct admission *admission = userdata;

	answer_waiting(admission, reason);
	if (server_n_viewers(admission->server))
		server_disconnect(admission->server, reason);
	else
		idle_exit_restart(&admission->idle);
}

static const struct desktop_search_callbacks search_callbacks = {
	.found = on_something_to_see,
	.waits = on_something_to_see,
	.failed = on_failed,
	.over = on_session_over,
};

/* Accepts a viewer whose password was right, once there is something to see; or refuses it. */
static void admit(struct admission *admission, const struct arrival *viewer)
{
	struct desktop_search *search = &admission->search;
	const char *reason = "the desktop is being started; connect again";
	bool shows = admission->config->status_screen;

	if (!shows && viewer->view_only && search->finder && search->finder_starts) {
		arrival_refuse(viewer, reason, reason);
		return;
	}
	int r = is_serving(admission) ? 0 : arrivals_add(&admission->waiting, viewer);
	if (r < 0) {
		reason = strerror(-r);
		arrival_refuse(viewer, reason, reason);
		return;
	}
	if (!is_open(admission) && !server_is_lost(admission->server))
		r = desktop_search_await(search, !viewer->view_only);
	if (is_serving(admission))
		accept_viewer(admission, viewer);
	else if (r < 0)
		answer_waiting(admission, strerror(-r));
	else if (shows && admission->waiting.first)
		timer_start(admission->grace, GRACE_USEC);
}

/* A scraper that ends with its session is not asked: the proxy asks again, and gets a new one. */
static bool may_challenge(void *userdata)
{
	struct admission *admission = userdata;
	const char *over = session_watch_over_reason(&admission->search.watch);

	if (over)
		on_session_over(over, admission);
	return !over || outlives_desktop(admission);
}

static void on_request(const struct handoff_request *request,
		       const uint8_t challenge[static HANDOFF_CHALLENGE_SIZE], int fd,
		       struct handoff_reply *reply, void *userdata)
{
	struct admission *admission = userdata;
	struct arrival viewer = { .reply = reply, .fd = fd };
	static const char no_check[] = "passwords cannot be checked now; gpudesk's log says why";
	enum vnc_access access = VNC_ACCESS_NONE;
	char reason[SESSION_REASON_MAX];

	snprintf(viewer.peer, sizeof(viewer.peer), "%s", request->peer);
	if (!may_challenge(admission)) {
		arrival_refuse(&viewer, "the session has just ended",
			       "the session has just ended; connect again");
		return;
	}
	if (*admission->config->refusal && !admission->config->status_screen) {
		arrival_refuse(&viewer, admission->config->refusal, no_check);
		return;
	}
	int r = vnc_auth_check_file(&admission->budget, timer_now(admission->event),
				    admission->config->password_file, challenge, request->response,
				    &access, reason, sizeof(reason));
	if (r == -EBUSY && admission->budget.n_refused > 1) { /* the log has the first */
		arrival_turn_away(&viewer, HANDOFF_NOT_POSSIBLE, no_check);
	} else if (r < 0) {
		arrival_refuse(&viewer, reason, no_check);
	} else if (access == VNC_ACCESS_NONE) {
		arrival_turn_away(&viewer, HANDOFF_WRONG_PASSWORD, NULL);
	} else {
		viewer.view_only = access == VNC_ACCESS_VIEW_ONLY;
		idle_exit_note_use(&admission->idle);
		if (*admission->config->refusal)
			notices_refuse(&admission->notices, &viewer, admission->config->refusal);
		else
			admit(admission, &viewer);
	}
}

/* ---- start and end ---- */

static bool list_viewers(struct viewer_list *ret_list, void *userdata)
{
	const struct admission *admission = userdata;

	server_list_viewers(admission->server, viewer_list_add, ret_list);
	return is_open(admission);
}

int admission_start(sd_event *event, const struct admission_options *options, struct config *config,
		    int listener, struct admission **ret_admission)
{
	struct admission *admission = calloc(1, sizeof(*admission));

	if (!admission)
		return -ENOMEM;
	const struct desktop_search_places places = {
		.session_dir = options->session_dir,
		.display = options->display,
		.xauthority = options->xauthority,
		.desktop_socket = admission->desktop_socket,
	};
	admission->event = sd_event_ref(event);
	admission->options = options;
	admission->config = config;
	admission->notices = (struct notices){ .event = event,
					       .urgent = options->urgent,
					       .config = config };
	int r = desktop_starter_get_path(options->desktop_socket, admission->desktop_socket,
					 sizeof(admission->desktop_socket));
	if (r >= 0)
		r = idle_exit_init(&admission->idle, event, config, get_idle_state, admission);
	admission->idle.config_path = options->config_path;
	if (r >= 0)
		r = server_create(event, options->urgent, config, &server_callbacks, admission,
				  &admission->server);
	if (r >= 0)
		r = desktop_search_init(&admission->search, event, config, &places,
					admission->server, &search_callbacks, admission);
	if (r >= 0 && config->notify)
		r = desktop_notifier_init(&admission->notifier, event, options->user_bus,
					  list_viewers, admission);
	if (r >= 0)
		r = timer_add(event, TIMER_NEVER, on_grace, admission, &admission->grace);
	if (r >= 0)
		r = handoff_server_start(event, listener, on_request, admission,
					 &admission->handoff);
	if (r < 0) {
		admission_destroy(admission);
		return r;
	}
	handoff_server_ask_before(admission->handoff, may_accept, may_challenge);
	*ret_admission = admission;
	return 0;
}

void admission_disconnect(struct admission *admission, const char *reason)
{
	answer_waiting(admission, reason);
	server_disconnect(admission->server, reason);
}

void admission_reload(struct admission *admission)
{
	if (idle_exit_may_accept(&admission->idle))
		current_config_reread(admission->options->config_path, admission->config);
}

void admission_report(const struct admission *admission, FILE *answer)
{
	fprintf(answer, "version=%s\npid=%d\n", GPUDESK_VERSION, (int)getpid());
	if (*admission->search.session)
		fprintf(answer, "session=%s\n", admission->search.session);
	fprintf(answer, "waiting=%u\n", arrivals_count(&admission->waiting));
	current_config_report(admission->config, answer);
	idle_exit_report(&admission->idle, answer);
	server_report(admission->server, answer);
}

void admission_destroy(struct admission *admission)
{
	if (!admission)
		return;
	answer_waiting(admission, "The scraper is stopping: connect again.");
	event_source_end(admission->grace);
	notices_finish(&admission->notices);
	handoff_server_destroy(admission->handoff);
	server_destroy(admission->server);
	desktop_search_finish(&admission->search);
	desktop_notifier_finish(&admission->notifier);
	idle_exit_finish(&admission->idle);
	sd_event_unref(admission->event);
	free(admission);
}
