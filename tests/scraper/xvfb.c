/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xvfb.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_MS = 30000 };

static void run_server(int display_fd, const char *geometry)
{
	char number[16];
	int null;

	/* It ends with a test that crashes. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	null = open("/dev/null", O_RDWR);
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)dup2(null, STDERR_FILENO);
	(void)snprintf(number, sizeof(number), "%d", dup(display_fd));
	(void)execlp("Xvfb", "Xvfb", "-displayfd", number, "-screen", "0", geometry, "-nolisten",
		     "tcp", "-noreset", (char *)NULL);
	_exit(127);
}

/* Reads the number and the newline that follows it. */
static int read_display(int fd, char *ret_display, size_t size)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char number[12];
	size_t length = 0;
	ssize_t n;

	while (length < sizeof(number) - 1) {
		if (poll(&ready, 1, START_MS) <= 0)
			return -ETIMEDOUT;
		n = read(fd, number + length, 1);
		if (n <= 0)
			return -ENOENT;
		if (number[length] == '\n')
			break;
		length++;
	}
	number[length] = '\0';
	(void)snprintf(ret_display, size, ":%s", number);
	return 0;
}

static int start_once(struct xvfb *ret_xvfb, const char *geometry)
{
	int ends[2], r;
	pid_t pid;

	*ret_xvfb = (struct xvfb){ 0 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_server(ends[1], geometry);
	(void)close(ends[1]);
	r = pid < 0 ? -EAGAIN : read_display(ends[0], ret_xvfb->display, sizeof(ret_xvfb->display));
	(void)close(ends[0]);
	if (pid > 0)
		ret_xvfb->pid = pid;
	if (r < 0)
		xvfb_stop(ret_xvfb);
	return r;
}

/* Two that search for a free display at once may choose the same; the later one then ends. */
int xvfb_start_sized(struct xvfb *ret_xvfb, const char *geometry)
{
	int r = -ENOENT;

	for (int i = 0; i < 3 && r == -ENOENT; i++)
		r = start_once(ret_xvfb, geometry);
	return r;
}

int xvfb_start(struct xvfb *ret_xvfb)
{
	return xvfb_start_sized(ret_xvfb, "64x64x24");
}

void xvfb_stop(struct xvfb *xvfb)
{
	if (xvfb->pid <= 0)
		return;
	(void)kill(xvfb->pid, SIGTERM);
	(void)waitpid(xvfb->pid, NULL, 0);
	xvfb->pid = 0;
}
