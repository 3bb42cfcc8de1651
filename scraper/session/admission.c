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
#include "common/log.h"
#include "common/timer.h"
#include "current_config.h"
#include "desktop_starter.h"
#include "handoff_server.h"
#include "idle_exit.h"
#include "server/server.h"
#include "session_finder.h"
#include "session_watch.h"
#include "vnc_auth.h"

struct admission {
	sd_event *event;
	const struct admission_options *options;
	struct config *config;
	struct handoff_server *handoff;
	struct session_finder *finder;
	bool finder_waits;     /* for a desktop, and may start it */
	struct server *server; /* NULL until a display was found; may not be open yet */
	char session[64];      /* whose display it is; "": given by --display */
	struct session_watch watch;
	struct idle_exit idle;
	struct check_budget budget;
	struct arrivals waiting;
	char desktop_socket[256];
};

static bool is_open(const struct admission *admission)
{
	return admission->server && server_display(admission->server);
}

/* ---- when to exit ---- */

static enum idle_state get_idle_state(const void *userdata)
{
	const struct admission *admission = userdata;

	if ((is_open(admission) && server_n_viewers(admission->server)) ||
	    admission->waiting.first || handoff_server_pending(admission->handoff))
		return IDLE_NOT;
	return handoff_server_strangers(admission->handoff) ? IDLE_BUT_AWAITING : IDLE;
}

static bool may_accept(void *userdata)
{
	return idle_exit_may_accept(&((struct admission *)userdata)->idle);
}

static void on_viewers_changed(unsigned n, void *userdata)
{
	idle_exit_set_viewers(&((struct admission *)userdata)->idle, n);
}

__attribute__((noreturn)) static void on_display_lost(void *userdata)
{
	(void)userdata;
	log_info("the X server is gone: stopping; the next viewer gets the session of that time");
	sd_notify(0, "STOPPING=1");
	_exit(EXIT_SUCCESS);
}

static void on_opened(int r, const char *reason, void *userdata);

static const struct server_callbacks server_callbacks = {
	.opened = on_opened,
	.viewers_changed = on_viewers_changed,
	.display_lost = on_display_lost,
};

static void on_session_over(const char *reason, void *userdata)
{
	const struct admission *admission = userdata;

	log_info("session %s is over (%s): stopping", admission->session, reason);
	sd_event_exit(admission->event, 0);
}

/* ---- accepting viewers ---- */

static void accept_viewer(struct admission *admission, const struct arrival *viewer)
{
	/* SecurityResult (RFC 6143, 7.1.3): 4 bytes always fit an idle socket. */
	static const uint8_t ok[4];
	char reason[SESSION_REASON_MAX];

	if (server_make_place(admission->server, viewer->view_only, reason, sizeof(reason)) < 0) {
		arrival_refuse(viewer, reason, reason);
		return;
	}
	if (handoff_reply_send(viewer->reply,
			       viewer->view_only ? HANDOFF_TAKEN_VIEW_ONLY : HANDOFF_TAKEN,
			       NULL) < 0 ||
	    send(viewer->fd, ok, sizeof(ok), MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof(ok)) {
		log_info("viewer %s disconnected before it was accepted", viewer->peer);
		close(viewer->fd);
		return;
	}
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

/* The viewers that wait are answered once it is open, or not. */
static int open_display(struct admission *admission, const char *display, const char *xauthority)
{
	return server_create(admission->event, admission->options->urgent, admission->config,
			     display, xauthority, &server_callbacks, admission, &admission->server);
}

static void watch_session(struct admission *admission)
{
	const char *directory = admission->options->session_dir;

	if (!*admission->session)
		return;
	int r = session_watch_start(&admission->watch, admission->event, directory,
				    session_record_owner(directory), admission->session,
				    on_session_over, admission);
	if (r < 0)
		log_warning("cannot watch logind's sessions: %s; ignoring it", strerror(-r));
}

static void on_opened(int r, const char *reason, void *userdata)
{
	struct admission *admission = userdata;

	if (r < 0) {
		if (r != -ETIMEDOUT) {
			server_destroy(admission->server);
			admission->server = NULL;
		}
		answer_waiting(admission, reason);
		idle_exit_restart(&admission->idle);
		return;
	}
	log_info("serving display %s%s%s", server_display(admission->server),
		 *admission->session ? " of session " : "", admission->session);
	watch_session(admission);
	answer_waiting(admission, NULL);
}

static void on_session_found(const struct session_display *found, const char *reason,
			     void *userdata)
{
	struct admission *admission = userdata;
	char words[SESSION_REASON_MAX]; /* `reason` ends with the finder */
	int r = -ENOENT;

	snprintf(words, sizeof(words), "%s", found ? "" : reason);
	if (found) {
		snprintf(admission->session, sizeof(admission->session), "%s", found->session);
		r = open_display(admission, found->display,
				 *found->xauthority ? found->xauthority : NULL);
		if (r < 0)
			snprintf(words, sizeof(words), "%s", strerror(-r));
	}
	admission->finder = session_finder_destroy(admission->finder);
	if (r < 0) {
		answer_waiting(admission, words);
		idle_exit_restart(&admission->idle);
	}
}

/*
 * Calls on_opened in the end, or answers those who wait with what it finds instead. For a looker,
 * no desktop is started nor waited for. Returns 0 or -errno.
 */
static int find_display(struct admission *admission, bool is_looker)
{
	const struct config *config = admission->config;
	const struct session_finder_options wanted = {
		.directory = admission->options->session_dir,
		.record_owner = session_record_owner(admission->options->session_dir),
		.user = config->user,
		.uid = geteuid(),
		.session_wait = is_looker ? 0 : config->session_wait,
		.desktop_socket = !is_looker && config->start_desktop ? admission->desktop_socket
								      : NULL,
	};

	if (admission->server) {
		server_await_display(admission->server);
		return 0;
	}
	if (admission->options->display)
		return open_display(admission, admission->options->display,
				    admission->options->xauthority);
	if (!is_looker && !admission->finder_waits)
		admission->finder = session_finder_destroy(admission->finder);
	if (admission->finder)
		return 0;
	admission->finder_waits = !is_looker;
	return session_finder_start(admission->event, &wanted, on_session_found, admission,
				    &admission->finder);
}

/* Accepts a viewer with the right password, now or once the display is found; or refuses it. */
static void admit(struct admission *admission, const struct arrival *viewer)
{
	char reason[SESSION_REASON_MAX];

	if (is_open(admission)) {
		accept_viewer(admission, viewer);
		return;
	}
	if (viewer->view_only && admission->finder && admission->finder_waits) {
		snprintf(reason, sizeof(reason), "the desktop is being started; connect again");
		arrival_refuse(viewer, reason, reason);
		return;
	}
	int r = arrivals_add(&admission->waiting, viewer);
	if (r < 0)
		arrival_refuse(viewer, strerror(-r), strerror(-r));
	else if ((r = find_display(admission, viewer->view_only)) < 0)
		answer_waiting(admission, strerror(-r));
}

/* A session that is over has no challenges: the proxy asks again, and gets a new scraper. */
static bool may_challenge(void *userdata)
{
	struct admission *admission = userdata;
	const char *over = session_watch_over_reason(&admission->watch);

	if (over)
		on_session_over(over, admission);
	return !over;
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
	if (*admission->config->refusal) {
		arrival_refuse(&viewer, admission->config->refusal, no_check);
		return;
	}
	int r = vnc_auth_check_file(&admission->budget, timer_now(admission->event),
				    admission->config->password_file, challenge, request->response,
				    &access, reason, sizeof(reason));
	if (r == -EBUSY && admission->budget.n_refused > 1) {
		arrival_turn_away(&viewer, HANDOFF_NOT_POSSIBLE,
				  no_check); /* the log has the first */
	} else if (r < 0) {
		arrival_refuse(&viewer, reason, no_check);
	} else if (access == VNC_ACCESS_NONE) {
		arrival_turn_away(&viewer, HANDOFF_WRONG_PASSWORD, NULL);
	} else {
		viewer.view_only = access == VNC_ACCESS_VIEW_ONLY;
		idle_exit_note_use(&admission->idle);
		admit(admission, &viewer);
	}
}

/* ---- start and end ---- */

int admission_start(sd_event *event, const struct admission_options *options, struct config *config,
		    int listener, struct admission **ret_admission)
{
	struct admission *admission = calloc(1, sizeof(*admission));

	if (!admission)
		return -ENOMEM;
	admission->event = sd_event_ref(event);
	admission->options = options;
	admission->config = config;
	int r = desktop_starter_get_path(options->desktop_socket, admission->desktop_socket,
					 sizeof(admission->desktop_socket));
	if (r >= 0)
		r = idle_exit_init(&admission->idle, event, config, get_idle_state, admission);
	admission->idle.config_path = options->config_path;
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
	if (is_open(admission))
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
	if (*admission->session)
		fprintf(answer, "session=%s\n", admission->session);
	fprintf(answer, "waiting=%u\n", arrivals_count(&admission->waiting));
	current_config_report(admission->config, answer);
	idle_exit_report(&admission->idle, answer);
	if (is_open(admission))
		server_report(admission->server, answer);
	else
		fputs("viewers=0\n", answer);
}

void admission_destroy(struct admission *admission)
{
	if (!admission)
		return;
	answer_waiting(admission, "The scraper is stopping: connect again.");
	session_finder_destroy(admission->finder);
	handoff_server_destroy(admission->handoff);
	server_destroy(admission->server);
	session_watch_stop(&admission->watch);
	idle_exit_finish(&admission->idle);
	sd_event_unref(admission->event);
	free(admission);
}
