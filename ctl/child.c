/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/timer.h"

/* In the new process. The caller's environment may be anything, so it is not passed on. */
__attribute__((noreturn)) static void run(const struct child *child, int output)
{
	char *const environment[] = { (char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
				      (char[]){ "LC_ALL=C" },
				      (char[]){ "DEBIAN_FRONTEND=noninteractive" }, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	    dup2(output >= 0 ? output : null, STDOUT_FILENO) >= 0 &&
	    (!child->is_quiet || dup2(null, STDERR_FILENO) >= 0) &&
	    (!child->prepare || child->prepare(child->userdata) == 0))
		execve(child->path, (char *const *)(uintptr_t)child->arguments, environment);
	_exit(CHILD_NOT_RUN);
}

/* Waits until there is something to read, or its end. Returns 0, -ETIMEDOUT, or -errno. */
static int wait_for_output(int fd, uint64_t deadline)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	uint64_t now = monotonic_now();
	int timeout = -1, r;

	if (deadline != UINT64_MAX)
		timeout = now < deadline ? (int)((deadline - now + 999) / 1000) : 0;
	r = poll(&ready, 1, timeout);
	if (r < 0)
		return -errno;
	return r == 0 ? -ETIMEDOUT : 0;
}

/* Reads to the end. Returns 0, -ETIMEDOUT, -EFBIG, or -errno. */
static int read_output(int fd, unsigned seconds, char *ret_output, size_t size)
{
	uint64_t deadline = seconds ? monotonic_now() + seconds * UINT64_C(1000000) : UINT64_MAX;
	size_t length = 0;
	int r;

	do {
		ssize_t n;

		r = wait_for_output(fd, deadline);
		if (r < 0)
			continue;
		n = read(fd, ret_output + length, size - length);
		if (n == 0)
			break;
		if (n < 0)
			r = -errno;
		else
			length += (size_t)n;
		if (length == size) {
			length--;
			r = -EFBIG;
		}
	} while (r == 0 || r == -EINTR);
	ret_output[length] = '\0';
	return r;
}

/* Returns its exit status, -EIO when a signal ended it, or -errno. */
static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

int child_run(const struct child *child, char *ret_output, size_t size)
{
	int ends[2] = { -1, -1 }, status, r = 0;
	pid_t pid;

	if (ret_output && pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		run(child, ends[1]);
	if (pid < 0)
		r = -errno;
	if (ret_output) {
		close(ends[1]);
		if (r == 0)
			r = read_output(ends[0], child->seconds, ret_output, size);
		close(ends[0]);
	}
	if (pid < 0)
		return r;
	if (r < 0)
		kill(pid, SIGKILL);
	status = wait_for(pid);
	return r < 0 ? r : status;
}
