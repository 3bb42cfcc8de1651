/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "admission.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/program.h"
#include "common/scraper_status.h"
#include "common/timer.h"
#include "handoff_server.h"
#include "server/server.h"
#include "session_finder.h"
#include "vnc_auth.h"

/* Somebody who may see the desktop, waiting for it. */
struct applicant {
	struct applicant *next;
	struct admission *admission;
	struct handoff_reply *reply;
	int fd;
	char peer[HANDOFF_PEER_MAX];
	bool view_only;
};

struct admission {
	sd_event *event;
	const struct options *options;
	const struct config *config;
	struct handoff_server *handoff;
	struct session_finder *finder;
	struct server *server; /* NULL until a display was found */
	char session[64];      /* whose display it is; "": given by --display */
	struct applicant *applicants;
	sd_login_monitor *monitor; /* of the session whose display it is */
	sd_event_source *monitor_source;
	sd_event_source *idle;
	struct scraper_status status;
	char desktop_socket[256];
};

/* Until somebody with the password has come, there is no reason to stay long. */
#define UNUSED_TIMEOUT UINT64_C(30000000)

static void refuse(struct handoff_reply *reply, int fd, const char *peer, const char *reason)
{
	log_warning("viewer %s is refused: %s", peer, reason);
	handoff_reply_send(reply, HANDOFF_NOT_POSSIBLE, reason);
	close(fd);
}

/* ---- when to exit ---- */

static bool is_idle(const struct admission *admission)
{
	return !(admission->server && server_n_viewers(admission->server)) &&
	       !admission->applicants && !handoff_server_pending(admission->handoff);
}

/* After an upgrade, who is waiting is the new program's, which systemd starts for them. */
static bool may_accept(void *userdata)
{
	struct admission *admission = userdata;

	if (!is_idle(admission) || !program_is_replaced())
		return true;
	log_info("exiting: an upgrade has replaced this program, and the new one takes over");
	sd_event_exit(admission->event, 0);
	return false;
}

static int on_idle(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct admission *admission = userdata;

	(void)source, (void)usec;
	if (admission->server && server_n_viewers(admission->server))
		return 0;
	if (admission->applicants || handoff_server_pending(admission->handoff)) {
		timer_start(admission->idle, UNUSED_TIMEOUT);
		return 0;
	}
	log_info("nobody is connected any more: stopping");
	return sd_event_exit(admission->event, 0);
}

/* Also what desktop_timeout counts from, when this process is no more. */
static void tell_status(const struct admission *admission)
{
	char text[SCRAPER_STATUS_MAX];

	scraper_status_format(&admission->status, text);
	sd_notifyf(0, "STATUS=%s", text);
}

/* Somebody with the password was there until now. */
static void note_use(struct admission *admission, unsigned n_viewers)
{
	admission->status.used = true;
	admission->status.n_viewers = n_viewers;
	admission->status.left = timer_now(admission->event);
	tell_status(admission);
}

static void on_viewers_changed(unsigned n, void *userdata)
{
	struct admission *admission = userdata;
	const struct config *config = admission->config;

	/* Not after the desktop is due to end, or idle_timeout = never would keep it. */
	if (n)
		timer_stop(admission->idle);
	else
		timer_start(admission->idle, config->idle_timeout < config->desktop_timeout
						     ? config->idle_timeout
						     : config->desktop_timeout);
	note_use(admission, n);
}

__attribute__((noreturn)) static void on_display_lost(void *userdata)
{
	(void)userdata;
	log_info("the X server is gone: stopping; the next viewer gets the session that is there "
		 "then");
	sd_notify(0, "STOPPING=1");
	_exit(EXIT_SUCCESS);
}

static const struct server_callbacks server_callbacks = {
	.viewers_changed = on_viewers_changed,
	.display_lost = on_display_lost,
};

/* ---- when the session is over ---- */

/* Why the session is not to be served any more; its X server may live on for a while. */
static const char *over_reason(const struct admission *admission)
{
	const char *directory = admission->options->session_dir;

	if (!admission->server || !*admission->session)
		return NULL;
	uid_t owner = strcmp(directory, SESSION_RECORD_DIRECTORY) ? geteuid() : 0;
	return session_over_reason(directory, owner, admission->session);
}

static void leave_session(struct admission *admission, const char *over)
{
	log_info("session %s is over (%s): stopping", admission->session, over);
	sd_event_exit(admission->event, 0);
}

static int on_sessions_changed(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct admission *admission = userdata;

	(void)source, (void)fd, (void)events;
	sd_login_monitor_flush(admission->monitor);
	const char *over = over_reason(admission);
	if (over)
		leave_session(admission, over);
	return 0;
}

/*
 * Mostly the X server's end tells. It does not where GDM's worker was killed: then the session is
 * over for logind, and X goes on. Without the monitor that is noticed at the next viewer.
 */
static void watch_session(struct admission *admission)
{
	int r = sd_login_monitor_new("session", &admission->monitor);

	if (r >= 0)
		r = sd_event_add_io(admission->event, &admission->monitor_source,
				    sd_login_monitor_get_fd(admission->monitor), EPOLLIN,
				    on_sessions_changed, admission);
	if (r < 0)
		log_warning("cannot watch the sessions: %s; ignoring", strerror(-r));
}

/* ---- taking viewers over ---- */

/* The result that the viewer waits for (RFC 6143, 7.1.3); 4 bytes always fit an idle socket. */
static int write_security_result(int fd)
{
	static const uint8_t ok[4] = { 0, 0, 0, 0 };

	return send(fd, ok, sizeof(ok), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(ok) ? 0 : -EPIPE;
}

static void take_over(struct admission *admission, struct handoff_reply *reply, int fd,
		      const char *peer, bool view_only)
{
	char reason[128];

	if (server_n_viewers(admission->server) >= admission->config->max_viewers) {
		snprintf(reason, sizeof(reason), "%u viewers are connected already (max_viewers).",
			 admission->config->max_viewers);
		refuse(reply, fd, peer, reason);
		return;
	}
	if (handoff_reply_send(reply, HANDOFF_TAKEN, NULL) < 0 || write_security_result(fd) < 0) {
		log_info("viewer %s has left before it was let in", peer);
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	log_info("viewer %s is let in%s", peer, view_only ? " to look only" : "");
	int r = server_add_viewer(admission->server, fd, peer, view_only);
	if (r < 0)
		log_error("cannot serve viewer %s: %s", peer, strerror(-r));
}

static void free_applicant(struct applicant *applicant)
{
	for (struct applicant **at = &applicant->admission->applicants; *at; at = &(*at)->next) {
		if (*at == applicant) {
			*at = applicant->next;
			break;
		}
	}
	free(applicant);
}

/* All who wait get the display, or the reason why there is none. */
static void settle(struct admission *admission, const char *reason)
{
	while (admission->applicants) {
		struct applicant *a = admission->applicants;

		/* free_applicant() takes it off the list, which the analyser does not see. */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		handoff_reply_on_gone(a->reply, NULL, NULL);
		if (reason)
			refuse(a->reply, a->fd, a->peer, reason);
		else
			take_over(admission, a->reply, a->fd, a->peer, a->view_only);
		free_applicant(a);
	}
}

static int open_display(struct admission *admission, const char *display, const char *xauthority,
			char reason[static SESSION_REASON_MAX])
{
	snprintf(reason, SESSION_REASON_MAX, "Display %s cannot be opened.", display);
	int r = server_create(admission->event, admission->config, display, xauthority,
			      &server_callbacks, admission, &admission->server, reason,
			      SESSION_REASON_MAX);
	if (r >= 0)
		log_info("serving display %s%s%s", display,
			 *admission->session ? " of session " : "", admission->session);
	return r;
}

static void on_session_found(const struct session_display *found, const char *reason,
			     void *userdata)
{
	struct admission *admission = userdata;
	char words[SESSION_REASON_MAX];

	if (found) {
		snprintf(admission->session, sizeof(admission->session), "%s", found->session);
		reason = NULL;
		if (open_display(admission, found->display,
				 *found->xauthority ? found->xauthority : NULL, words) < 0)
			reason = words;
	} else {
		snprintf(words, sizeof(words), "%s", reason);
		reason = words;
	}
	admission->finder = session_finder_destroy(admission->finder);
	if (!reason)
		watch_session(admission);
	settle(admission, reason);
	if (reason)
		timer_start(admission->idle, UNUSED_TIMEOUT);
}

/* Starts what ends in on_session_found. Returns 0 or -errno. */
static int find_display(struct admission *admission)
{
	const struct options *options = admission->options;
	const struct config *config = admission->config;
	struct session_finder_options wanted = {
		.directory = options->session_dir,
		/* Records of our own are believed where we were pointed to them. */
		.record_owner = strcmp(options->session_dir, SESSION_RECORD_DIRECTORY) ? geteuid()
										       : 0,
		.user = config->user,
		.uid = geteuid(),
		.session_wait = config->session_wait,
		.desktop_socket = config->start_desktop ? admission->desktop_socket : NULL,
	};

	if (admission->finder)
		return 0;
	return session_finder_start(admission->event, &wanted, on_session_found, admission,
				    &admission->finder);
}

static void on_proxy_gone(struct handoff_reply *reply, void *userdata)
{
	struct applicant *applicant = userdata;

	log_info("viewer %s has left while it waited", applicant->peer);
	handoff_reply_send(reply, HANDOFF_NOT_POSSIBLE, NULL);
	close(applicant->fd);
	free_applicant(applicant);
}

static int add_applicant(struct admission *admission, struct handoff_reply *reply, int fd,
			 const char *peer, bool view_only)
{
	struct applicant *applicant = calloc(1, sizeof(*applicant));

	if (!applicant)
		return -ENOMEM;
	*applicant = (struct applicant){
		.next = admission->applicants,
		.admission = admission,
		.reply = reply,
		.fd = fd,
		.view_only = view_only,
	};
	snprintf(applicant->peer, sizeof(applicant->peer), "%s", peer);
	admission->applicants = applicant;
	handoff_reply_on_gone(reply, on_proxy_gone, applicant);
	return 0;
}

/* Somebody with the password: at once where there is a display, else when it has been found. */
static void admit(struct admission *admission, struct handoff_reply *reply, int fd,
		  const char *peer, bool view_only)
{
	char reason[SESSION_REASON_MAX];
	int r = 0;

	if (!admission->server && admission->options->display &&
	    open_display(admission, admission->options->display, admission->options->xauthority,
			 reason) < 0) {
		refuse(reply, fd, peer, reason);
		return;
	}
	if (admission->server) {
		take_over(admission, reply, fd, peer, view_only);
		return;
	}
	r = add_applicant(admission, reply, fd, peer, view_only);
	if (r < 0) {
		refuse(reply, fd, peer, strerror(-r));
		return;
	}
	r = find_display(admission);
	if (r < 0)
		settle(admission, strerror(-r));
}

static void on_request(const struct handoff_request *request, int viewer,
		       struct handoff_reply *reply, void *userdata)
{
	struct admission *admission = userdata;
	enum vnc_access access = VNC_ACCESS_NONE;
	char reason[SESSION_REASON_MAX];
	const char *over = over_reason(admission);

	if (over) {
		/* No answer: the proxy asks again, and gets a new scraper for the new session. */
		close(viewer);
		leave_session(admission, over);
		return;
	}
	if (*admission->config->refusal) {
		refuse(reply, viewer, request->peer, admission->config->refusal);
	} else if (vnc_auth_check_file(admission->config->password_file, request->challenge,
				       request->response, &access, reason, sizeof(reason)) < 0) {
		refuse(reply, viewer, request->peer, reason);
	} else if (access == VNC_ACCESS_NONE) {
		handoff_reply_send(reply, HANDOFF_WRONG_PASSWORD, NULL);
		close(viewer);
	} else {
		note_use(admission, admission->status.n_viewers);
		admit(admission, reply, viewer, request->peer, access == VNC_ACCESS_VIEW_ONLY);
	}
}

/* The desktop's socket is named after the user we are, as systemd's instance is. */
static int set_desktop_socket(struct admission *admission)
{
	const char *given = admission->options->desktop_socket;
	const struct passwd *user = getpwuid(geteuid());
	int n = given ? snprintf(admission->desktop_socket, sizeof(admission->desktop_socket), "%s",
				 given)
		      : snprintf(admission->desktop_socket, sizeof(admission->desktop_socket),
				 "%s/%s.sock", GPUDESK_RUNDIR "/desktop",
				 user ? user->pw_name : "");

	return n < (int)sizeof(admission->desktop_socket) ? 0 : -ENAMETOOLONG;
}

int admission_start(sd_event *event, const struct options *options, const struct config *config,
		    int listener, struct admission **ret_admission)
{
	struct admission *admission = calloc(1, sizeof(*admission));
	int r;

	if (!admission)
		return -ENOMEM;
	admission->event = sd_event_ref(event);
	admission->options = options;
	admission->config = config;
	r = set_desktop_socket(admission);
	if (r >= 0)
		r = timer_add(event, TIMER_NEVER, on_idle, admission, &admission->idle);
	if (r >= 0)
		r = handoff_server_start(event, listener, on_request, admission,
					 &admission->handoff);
	if (r < 0) {
		admission_destroy(admission);
		return r;
	}
	handoff_server_ask_before(admission->handoff, may_accept);
	timer_start(admission->idle, UNUSED_TIMEOUT);
	tell_status(admission);
	*ret_admission = admission;
	return 0;
}

void admission_disconnect(struct admission *admission, const char *reason)
{
	settle(admission, "Somebody has disconnected all viewers.");
	if (admission->server)
		server_disconnect(admission->server, reason);
}

/* Seconds until it ends if nobody comes; UINT64_MAX: it does not. */
static uint64_t stops_in(const struct admission *admission)
{
	int enabled = SD_EVENT_OFF;
	uint64_t now = timer_now(admission->event), end = 0;

	if (sd_event_source_get_enabled(admission->idle, &enabled) < 0 || enabled == SD_EVENT_OFF ||
	    sd_event_source_get_time(admission->idle, &end) < 0)
		return UINT64_MAX;
	return end > now ? (end - now) / 1000000 : 0;
}

void admission_report(const struct admission *admission, FILE *answer)
{
	uint64_t idle_timeout = admission->config->idle_timeout, end = stops_in(admission);
	unsigned waiting = 0;

	for (const struct applicant *a = admission->applicants; a; a = a->next)
		waiting++;
	fprintf(answer, "version=%s\npid=%d\n", GPUDESK_VERSION, (int)getpid());
	if (*admission->session)
		fprintf(answer, "session=%s\n", admission->session);
	fprintf(answer, "waiting=%u\n", waiting);
	if (idle_timeout == CONFIG_NEVER)
		fputs("idle_timeout=never\n", answer);
	else
		fprintf(answer, "idle_timeout=%" PRIu64 "\n", idle_timeout / 1000000);
	if (end != UINT64_MAX)
		fprintf(answer, "stops_in=%" PRIu64 "\n", end);
	if (admission->server)
		server_report(admission->server, answer);
	else
		fputs("viewers=0\n", answer);
}

void admission_destroy(struct admission *admission)
{
	if (!admission)
		return;
	settle(admission, "The scraper is stopping.");
	session_finder_destroy(admission->finder);
	handoff_server_destroy(admission->handoff);
	server_destroy(admission->server);
	event_source_end(admission->monitor_source);
	sd_login_monitor_unref(admission->monitor);
	event_source_end(admission->idle);
	sd_event_unref(admission->event);
	free(admission);
}
