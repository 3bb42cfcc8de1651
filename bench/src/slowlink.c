/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slowlink: two network namespaces joined by a link with a given rate and delay.
 *
 *   slowlink -rate MBIT -rtt MS [-mtu BYTES] [-queue MS]
 *
 * Each namespace gets a tun device, 10.77.0.1 (the server's) and 10.77.0.2 (the viewer's); this
 * program carries the IP packets between them, in both directions, at that rate and with that
 * delay. TCP sees a real link at both ends: TCP_INFO's round trip, delivery rate and losses are
 * those of the link. No kernel module besides tun is needed (sch_netem is missing on many small
 * kernels).
 *
 * Prints "READY SERVER VIEWER", the paths of the namespaces for nsenter(1), and runs until
 * SIGTERM. Only this process holds the namespaces, so they end with it, however it ends. Without
 * root it creates a user namespace for them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base.h"

enum { PACKET_MAX = 65536, QUEUE_PACKETS = 16384 };

struct packet {
	int64_t due; /* when it leaves the far end */
	size_t length;
	uint8_t *data;
};

/* One direction: a transmitter of limited rate with a bounded queue, then a wire of fixed delay. */
struct direction {
	int in, out;
	struct packet *packets; /* a ring */
	unsigned head, count;
	int64_t busy_until; /* when the transmitter has sent all that it holds */
	uint64_t carried, dropped;
};

struct shape {
	double ns_per_byte;
	int64_t delay; /* one way, ns */
	int64_t queue; /* what the transmitter may hold, ns */
};

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("slowlink: %s: %s", path, strerror(errno));
	close(fd);
}

/* Maps the user to itself, with the right to create network namespaces. */
static void enter_user_namespace(void)
{
	char map[64];
	unsigned uid = getuid(), gid = getgid();

	if (unshare(CLONE_NEWUSER) < 0)
		die("slowlink: needs root or user namespaces: %s", strerror(errno));
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	write_file("/proc/self/gid_map", map);
}

static void set_address(int fd, struct ifreq *request, unsigned long what, const char *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	inet_pton(AF_INET, address, &in.sin_addr);
	memcpy(&request->ifr_addr, &in, sizeof(in));
	if (ioctl(fd, what, request) < 0)
		die("slowlink: %s: %s: %s", request->ifr_name, address, strerror(errno));
}

static void set_up(int fd, const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP | IFF_RUNNING };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		die("slowlink: %s up: %s", name, strerror(errno));
}

/* Creates a namespace and enters it. Returns the tun device's descriptor. */
static int create_end(const char *address, const char *peer, int mtu, int *ret_namespace)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int tun, control;

	if (unshare(CLONE_NEWNET) < 0)
		die("slowlink: unshare: %s", strerror(errno));
	*ret_namespace = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*ret_namespace < 0 || tun < 0 || control < 0)
		die("slowlink: /dev/net/tun: %s", strerror(errno));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "link0");
	if (ioctl(tun, TUNSETIFF, &request) < 0)
		die("slowlink: TUNSETIFF: %s", strerror(errno));
	set_address(control, &request, SIOCSIFADDR, address);
	set_address(control, &request, SIOCSIFDSTADDR, peer);
	request.ifr_mtu = mtu;
	if (ioctl(control, SIOCSIFMTU, &request) < 0)
		die("slowlink: mtu %d: %s", mtu, strerror(errno));
	set_up(control, "link0");
	set_up(control, "lo");
	close(control);
	return tun;
}

/* Takes what the near end sent. A packet that finds the queue full is lost, as on a router. */
static void take_packets(struct direction *d, const struct shape *shape)
{
	static uint8_t buffer[PACKET_MAX];
	ssize_t length;

	while ((length = read(d->in, buffer, sizeof(buffer))) > 0) {
		int64_t now = now_ns();
		struct packet *packet = &d->packets[(d->head + d->count) % QUEUE_PACKETS];

		if (d->busy_until < now)
			d->busy_until = now;
		if (d->busy_until - now > shape->queue || d->count == QUEUE_PACKETS) {
			d->dropped++;
			continue;
		}
		packet->data = malloc((size_t)length);
		if (!packet->data)
			die("slowlink: out of memory");
		memcpy(packet->data, buffer, (size_t)length);
		packet->length = (size_t)length;
		d->busy_until += (int64_t)((double)length * shape->ns_per_byte);
		packet->due = d->busy_until + shape->delay;
		d->count++;
	}
}

/* Delivers what has arrived. Returns when the next packet is due, 0 for none. */
static int64_t deliver_packets(struct direction *d)
{
	while (d->count) {
		struct packet *packet = &d->packets[d->head];

		if (packet->due > now_ns())
			return packet->due;
		if (write(d->out, packet->data, packet->length) < 0)
			d->dropped++;
		d->carried++;
		free(packet->data);
		d->head = (d->head + 1) % QUEUE_PACKETS;
		d->count--;
	}
	return 0;
}

__attribute__((noreturn)) static void carry(struct direction *ways, const struct shape *shape)
{
	struct pollfd polled[2] = { { ways[0].in, POLLIN, 0 }, { ways[1].in, POLLIN, 0 } };

	for (;;) {
		struct timespec wait = { 0, 0 };
		int64_t due = 0;

		for (int i = 0; i < 2; i++) {
			int64_t next;

			take_packets(&ways[i], shape);
			next = deliver_packets(&ways[i]);
			if (next && (!due || next < due))
				due = next;
		}
		if (due) {
			int64_t left = due - now_ns();

			left = left < 0 ? 0 : left;
			wait = (struct timespec){ left / SECOND, left % SECOND };
		}
		if (ppoll(polled, 2, due ? &wait : NULL, NULL) < 0 && errno != EINTR)
			die("slowlink: poll: %s", strerror(errno));
	}
}

static void init_direction(struct direction *d, int in, int out)
{
	*d = (struct direction){ .in = in, .out = out };
	d->packets = calloc(QUEUE_PACKETS, sizeof(*d->packets));
	if (!d->packets)
		die("slowlink: out of memory");
}

int main(int argc, char **argv)
{
	double rate = 100, rtt = 20, queue = 0;
	int mtu = 1500, namespaces[2], server, viewer;
	struct direction ways[2];
	struct shape shape;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "-rate"))
			rate = atof(argv[i + 1]);
		else if (!strcmp(argv[i], "-rtt"))
			rtt = atof(argv[i + 1]);
		else if (!strcmp(argv[i], "-mtu"))
			mtu = atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "-queue"))
			queue = atof(argv[i + 1]);
		else
			die("slowlink: unknown option %s", argv[i]);
	}
	if (!(rate > 0) || !(rtt >= 0))
		die("slowlink: bad rate or round trip");
	if (!(queue > 0)) /* as usual on a router: a round trip, but at least 50 ms */
		queue = rtt > 50 ? rtt : 50;
	shape.ns_per_byte = 8000 / rate;
	shape.delay = (int64_t)(rtt / 2 * (double)MILLISECOND);
	shape.queue = (int64_t)(queue * (double)MILLISECOND);
	if (geteuid() != 0)
		enter_user_namespace();
	server = create_end("10.77.0.1", "10.77.0.2", mtu, &namespaces[0]);
	viewer = create_end("10.77.0.2", "10.77.0.1", mtu, &namespaces[1]);
	prctl(PR_SET_TIMERSLACK, 1UL); /* the default, 50 us, is too coarse at 1 ms */
	prctl(PR_SET_DUMPABLE, 1UL);   /* so that its user may open /proc/PID/fd */
	init_direction(&ways[0], server, viewer);
	init_direction(&ways[1], viewer, server);
	printf("READY /proc/%d/fd/%d /proc/%d/fd/%d\n", (int)getpid(), namespaces[0], (int)getpid(),
	       namespaces[1]);
	fflush(stdout);
	carry(ways, &shape);
}
