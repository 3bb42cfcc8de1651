/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe OTHER_PID OWN_PID - runs in place of a service, with the settings of its unit, and tries
 * what an intruder would who has taken it over. Each attempt is a process of its own. It prints
 * "got NAME" for each that succeeded, and at the end "tried N, M succeeded".
 *
 * OTHER_PID belongs to another user, OWN_PID to the service's user, outside of it; 0 if there can
 * be none. System calls are made with arguments that do nothing. Any answer but "not permitted" or
 * "no such call" means that the call reached the kernel, and counts as got.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe_calls.h"

static pid_t other_pid, own_pid;
static unsigned tried, got;

/* Runs it in a child, which may be killed for it. Returns -errno or what it returned. */
static void attempt(const char *kind, const char *name, int (*try)(const void *), const void *what)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	tried++;
	child = fork();
	if (child == 0) {
		alarm(10);
		_exit(try(what) >= 0 ? 42 : 0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0) {
		printf("got nothing done: no process for %s %s\n", kind, name);
		got++;
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 42) {
		printf("got %s %s\n", kind, name);
		got++;
	}
}

/* ---- files ---- */

static const char *const secrets[] = {
	"/etc/shadow",
	"/etc/gshadow",
	"/etc/sudoers",
	"/etc/ssh/e2e-host-key",
	"/root/e2e-secret",
	"/var/lib/e2e-secret",
	"/home/exouser/e2e-mine",
	"/home/mallory/e2e-secret",
	"/run/user/1002/e2e-secret",
	"/proc/kcore",
	"/proc/kmsg",
	"/dev/mem",
	"/dev/kmsg",
	"/dev/vda",
	"/dev/tty1",
	"/dev/input/event0",
	"/dev/dri/card0",
	"/dev/uinput",
	"/dev/fuse",
	"/sys/kernel/debug/tracing/trace",
	"/proc/1/environ",
	"/proc/1/mem",
	"/proc/1/maps",
};

static int read_file(const void *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	return read(fd, &byte, 1) < 0 && errno != EAGAIN && errno != EISDIR ? -errno : 0;
}

static const char *const folders[] = {
	"/",	    "/etc",
	"/usr",	    "/usr/libexec/gpudesk",
	"/boot",    "/root",
	"/home",    "/home/exouser",
	"/run",	    "/run/gpudesk",
	"/var",	    "/run/gpudesk/sessions",
	"/var/lib", "/run/gpudesk/scraper",
	"/var/log", "/run/gpudesk/desktop",
	"/dev",	    "/run/systemd/system",
	"/dev/shm", "/run/user/1001",
	"/srv",	    "/etc/systemd/system",
	"/opt",	    "/run/e2e-shared",
};

static int write_in_folder(const void *folder)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/e2e-probe.%d", (const char *)folder, (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	unlink(path);
	return 0;
}

static const char *const settings[] = {
	"/proc/sys/kernel/hostname",
	"/proc/sys/kernel/core_pattern",
	"/proc/sys/vm/drop_caches",
	"/proc/sysrq-trigger",
	"/sys/power/state",
	"/sys/fs/cgroup/cgroup.procs",
	"/etc/gpudesk.conf",
	"/etc/passwd",
	"/proc/sys/fs/binfmt_misc/register",
};

static int open_to_write(const void *path)
{
	return open(path, O_WRONLY | O_CLOEXEC) < 0 ? -errno : 0;
}

static int make_privileged_file(const void *unused)
{
	int fd = open("/tmp/e2e-probe", O_RDWR | O_CREAT | O_CLOEXEC, 0700);
	int r = fd < 0 ? -errno : 0;

	(void)unused;
	if (r == 0 && fchmod(fd, 04755) < 0)
		r = -errno;
	unlink("/tmp/e2e-probe");
	return r;
}

static int make_device(const void *unused)
{
	(void)unused;
	return mknod("/tmp/e2e-device", S_IFCHR | 0600, 0x101) < 0 ? -errno : 0;
}

/* ---- the network and local sockets ---- */

struct family {
	const char *name;
	int domain, type, protocol;
};

static const struct family families[] = {
	{ "inet stream", AF_INET, SOCK_STREAM, 0 },
	{ "inet datagram", AF_INET, SOCK_DGRAM, 0 },
	{ "inet raw", AF_INET, SOCK_RAW, 1 },
	{ "inet6 stream", AF_INET6, SOCK_STREAM, 0 },
	{ "inet6 datagram", AF_INET6, SOCK_DGRAM, 0 },
	{ "inet6 raw", AF_INET6, SOCK_RAW, 58 },
	{ "netlink route", AF_NETLINK, SOCK_RAW, 0 },
	{ "netlink uevent", AF_NETLINK, SOCK_RAW, 15 },
	{ "netlink audit", AF_NETLINK, SOCK_RAW, 9 },
	{ "packet", AF_PACKET, SOCK_RAW, 0 },
	{ "vsock", AF_VSOCK, SOCK_STREAM, 0 },
	{ "alg", AF_ALG, SOCK_SEQPACKET, 0 },
	{ "key", AF_KEY, SOCK_RAW, 2 },
	{ "bluetooth", AF_BLUETOOTH, SOCK_STREAM, 3 },
	{ "can", AF_CAN, SOCK_RAW, 1 },
	{ "tipc", AF_TIPC, SOCK_STREAM, 0 },
	{ "x25", AF_X25, SOCK_SEQPACKET, 0 },
	{ "rds", AF_RDS, SOCK_SEQPACKET, 0 },
};

static int open_socket(const void *what)
{
	const struct family *f = what;

	return socket(f->domain, f->type | SOCK_CLOEXEC, f->protocol) < 0 ? -errno : 0;
}

/* "@" stands for the first byte of abstract addresses. */
static const char *const local_sockets[] = {
	"/run/dbus/system_bus_socket",
	"/run/systemd/private",
	"/run/systemd/notify",
	"/run/docker.sock",
	"/run/gpudesk/scraper/exouser.sock",
	"/run/gpudesk/desktop/exouser.sock",
	"/run/user/1001/bus",
	"/run/user/1001/systemd/private",
	"/run/user/1001/pulse/native",
	"@/tmp/.X11-unix/X0",
	"@/tmp/.X11-unix/X1",
	"@e2e-abstract",
	"/run/udev/control",
	"/run/systemd/userdb/io.systemd.DynamicUser",
};

static int connect_local(const void *path)
{
	static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));

	memcpy(to.sun_path, path, strlen(path));
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0';
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		int fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		if (fd >= 0 && connect(fd, (struct sockaddr *)&to, size) == 0)
			return 0;
	}
	return -errno;
}

/* ---- other processes ---- */

static int signal_process(const void *pid)
{
	return kill(*(const pid_t *)pid, 0) < 0 ? -errno : 0;
}

static int trace_process(const void *pid)
{
	return ptrace(PTRACE_SEIZE, *(const pid_t *)pid, NULL, NULL) < 0 ? -errno : 0;
}

static int read_process(const void *pid)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)0x400000, 1 };
	ssize_t n = process_vm_readv(*(const pid_t *)pid, &here, 1, &there, 1, 0);

	return n < 0 && errno != EFAULT ? -errno : 0;
}

static int take_descriptor(const void *pid)
{
	int fd = (int)syscall(SYS_pidfd_open, *(const pid_t *)pid, 0);

	if (fd < 0)
		return -errno;
	return syscall(SYS_pidfd_getfd, fd, 0, 0) < 0 ? -errno : 0;
}

static int open_memory(const void *pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)*(const pid_t *)pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : 0;
}

/* ---- more rights ---- */

static int have_capability(const void *unused)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	(void)unused;
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (int i = 0; i < 2; i++)
		if (data[i].effective || data[i].permitted || data[i].inheritable)
			return 0;
	for (unsigned long i = 0; i <= 40; i++)
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) > 0)
			return 0;
	return -EPERM;
}

static int gain_by_exec(const void *unused)
{
	(void)unused;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? -EPERM : 0;
}

static int make_namespace(const void *flag)
{
	return unshare(*(const int *)flag) < 0 ? -errno : 0;
}

static int write_and_execute(const void *unused)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)unused;
	return page == MAP_FAILED ? -errno : 0;
}

static int make_executable(const void *unused)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)unused;
	return mprotect(page, 4096, PROT_READ | PROT_EXEC) < 0 ? -errno : 0;
}

static int be_real_time(const void *unused)
{
	struct sched_param parameters = { .sched_priority = 1 };

	(void)unused;
	return sched_setscheduler(0, SCHED_RR, &parameters) < 0 ? -errno : 0;
}

static int change_personality(const void *unused)
{
	(void)unused;
	return personality(ADDR_NO_RANDOMIZE) < 0 ? -errno : 0;
}

static int become_root(const void *unused)
{
	(void)unused;
	return syscall(SYS_setresuid, 0, 0, 0) < 0 ? -errno : 0;
}

static int start_32_bit_program(const void *unused)
{
#ifdef __x86_64__
	long r;

	/* getpid by the 32-bit entry */
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory");
	(void)unused;
	return r < 0 ? (int)r : 0;
#else
	(void)unused;
	return -ENOSYS;
#endif
}

/* ---- system calls ---- */

static int make_call(const void *what)
{
	const struct probe_call *call = what;

	errno = 0;
	if (syscall(call->number, -1L, 0L, 0L, 0L, 0L, 0L) < 0 &&
	    (errno == EPERM || errno == ENOSYS || errno == EACCES))
		return -errno;
	return 0;
}

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void try_all_of(const char *kind, int (*try)(const void *), const char *const *names,
		       size_t n)
{
	for (size_t i = 0; i < n; i++)
		attempt(kind, names[i], try, names[i]);
}

static void try_processes(void)
{
	static const pid_t init = 1;
	const struct {
		const char *name;
		const pid_t *pid;
	} processes[] = { { "init", &init },
			  { "another user's", &other_pid },
			  { "the same user's", &own_pid } };

	for (size_t i = 0; i < LENGTH(processes) && *processes[i].pid != 0; i++) {
		attempt("signal", processes[i].name, signal_process, processes[i].pid);
		attempt("trace", processes[i].name, trace_process, processes[i].pid);
		attempt("read memory", processes[i].name, read_process, processes[i].pid);
		attempt("take descriptor", processes[i].name, take_descriptor, processes[i].pid);
		attempt("open memory", processes[i].name, open_memory, processes[i].pid);
	}
}

static void try_rights(void)
{
	static const struct {
		const char *name;
		int flag;
	} namespaces[] = { { "user", CLONE_NEWUSER },	 { "mount", CLONE_NEWNS },
			   { "net", CLONE_NEWNET },	 { "pid", CLONE_NEWPID },
			   { "ipc", CLONE_NEWIPC },	 { "uts", CLONE_NEWUTS },
			   { "cgroup", CLONE_NEWCGROUP } };

	for (size_t i = 0; i < LENGTH(namespaces); i++)
		attempt("namespace", namespaces[i].name, make_namespace, &namespaces[i].flag);
	attempt("rights", "a capability", have_capability, NULL);
	attempt("rights", "by exec", gain_by_exec, NULL);
	attempt("rights", "root", become_root, NULL);
	attempt("rights", "real time", be_real_time, NULL);
	attempt("rights", "personality", change_personality, NULL);
	attempt("rights", "32-bit calls", start_32_bit_program, NULL);
	attempt("memory", "write and execute", write_and_execute, NULL);
	attempt("memory", "made executable", make_executable, NULL);
	attempt("file", "setuid", make_privileged_file, NULL);
	attempt("file", "device", make_device, NULL);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	other_pid = (pid_t)atoi(argv[1]);
	own_pid = (pid_t)atoi(argv[2]);
	try_all_of("read", read_file, secrets, LENGTH(secrets));
	try_all_of("write in", write_in_folder, folders, LENGTH(folders));
	try_all_of("set", open_to_write, settings, LENGTH(settings));
	for (size_t i = 0; i < LENGTH(families); i++)
		attempt("socket", families[i].name, open_socket, &families[i]);
	try_all_of("connect", connect_local, local_sockets, LENGTH(local_sockets));
	try_processes();
	try_rights();
	for (size_t i = 0; i < LENGTH(probe_calls); i++)
		attempt("call", probe_calls[i].name, make_call, &probe_calls[i]);
	printf("tried %u, %u succeeded\n", tried, got);
	return 0;
}
