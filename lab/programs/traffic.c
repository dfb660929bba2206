/*
 * traffic sink PORT                                   takes UDP and TCP, IPv4 and IPv6, and throws it away
 * traffic echo PORT ADDRESS...                        gives each datagram back to where it came from, from the address it was sent to
 * traffic udp SOURCE TO PORT COUNT|forever [RATE [PERIOD]]     datagrams, RATE a second (default: as fast as is safe)
 * traffic flows SOURCE TO PORT COUNT|forever [RATE [PERIOD]]   datagrams, each from a port of its own
 * traffic tcp SOURCE TO PORT COUNT|forever [RATE [PERIOD]]     connections, each opened, used for one byte and closed
 *
 * PERIOD after RATE: the rate swings between nothing and twice RATE, once in PERIOD seconds, as traffic does.
 * Prints what it really sent. Rates are kept against the clock, so that a slow machine catches up.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static socklen_t address(const char *text, int port, struct sockaddr_storage *to)
{
	struct sockaddr_in6 *six = (void *)to;
	struct sockaddr_in *four = (void *)to;

	memset(to, 0, sizeof *to);
	if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		return sizeof *six;
	}
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		return sizeof *four;
	}
	fprintf(stderr, "traffic: %s is no address\n", text);
	exit(2);
}

static int bound(int type, int port)
{
	struct sockaddr_storage any;
	socklen_t length = address("::", port, &any);
	int fd = socket(AF_INET6, type, 0), no = 0, yes = 1, room = 4 << 20;

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	if (bind(fd, (void *)&any, length)) {
		perror("traffic: bind");
		exit(1);
	}
	return fd;
}

static int sink(int port)
{
	int datagrams = bound(SOCK_DGRAM, port), listener = bound(SOCK_STREAM, port);
	unsigned long packets = 0, connections = 0;
	char data[2048];

	listen(listener, 1024);
	while (!stopped) {
		struct pollfd polls[] = { { datagrams, POLLIN, 0 }, { listener, POLLIN, 0 } };

		poll(polls, 2, -1);
		while (recv(datagrams, data, sizeof data, MSG_DONTWAIT) > 0)
			packets++;
		if (polls[1].revents & POLLIN) {
			int fd = accept(listener, NULL, NULL);

			if (fd >= 0) {
				while (read(fd, data, sizeof data) > 0)
					;
				close(fd);
				connections++;
			}
		}
	}
	printf("packets %lu connections %lu\n", packets, connections);
	return 0;
}

static int echo(int port, char **addresses, int count)
{
	struct pollfd polls[16];
	char data[2048];

	if (count > 16)
		count = 16;
	for (int i = 0; i < count; i++) {
		struct sockaddr_storage own;
		socklen_t length = address(addresses[i], port, &own);

		polls[i] = (struct pollfd){ socket(own.ss_family, SOCK_DGRAM, 0), POLLIN, 0 };
		if (bind(polls[i].fd, (void *)&own, length)) {
			perror("traffic: bind");
			return 1;
		}
	}
	while (!stopped) {
		poll(polls, count, -1);
		for (int i = 0; i < count; i++) {
			struct sockaddr_storage from;
			socklen_t length = sizeof from;
			ssize_t got;

			while ((got = recvfrom(polls[i].fd, data, sizeof data, MSG_DONTWAIT, (void *)&from, &length)) >= 0)
				sendto(polls[i].fd, data, got, 0, (void *)&from, length);
		}
	}
	return 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int connection(const struct sockaddr_storage *from, const struct sockaddr_storage *to, socklen_t length)
{
	int fd = socket(from->ss_family, SOCK_STREAM, 0), bad;
	struct linger reset = { 1, 0 };

	/* closed by a reset, so that no TIME-WAIT is left: the source of growth is the scenario's, not ours */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	bad = bind(fd, (const void *)from, length) || connect(fd, (const void *)to, length) || write(fd, "x", 1) != 1;
	close(fd);
	return bad;
}

static int datagram_socket(const struct sockaddr_storage *from, socklen_t length)
{
	int fd = socket(from->ss_family, SOCK_DGRAM, 0);

	if (bind(fd, (const void *)from, length)) {
		perror("traffic: bind");
		exit(1);
	}
	return fd;
}

/* How much of one RATE-second should have been sent t seconds after the start: the integral of the swing. */
static double wanted(double t, double period)
{
	return period > 0 ? t - sin(2 * M_PI * t / period) * period / (2 * M_PI) : t;
}

int main(int argc, char **argv)
{
	struct sockaddr_storage from, to;
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (argc == 3 && !strcmp(argv[1], "sink"))
		return sink(atoi(argv[2]));
	if (argc > 3 && !strcmp(argv[1], "echo"))
		return echo(atoi(argv[2]), argv + 3, argc - 3);
	if (argc < 6) {
		fprintf(stderr, "usage: traffic sink PORT | echo PORT ADDRESS... | udp|flows|tcp SOURCE TO PORT COUNT|forever [RATE]\n");
		return 2;
	}
	int tcp = !strcmp(argv[1], "tcp"), flows = !strcmp(argv[1], "flows");
	unsigned long count = strcmp(argv[5], "forever") ? strtoul(argv[5], NULL, 10) : ~0UL, sent = 0, bad = 0;
	double rate = argc > 6 ? atof(argv[6]) : 0, period = argc > 7 ? atof(argv[7]) : 0, start = now();
	socklen_t length = address(argv[2], 0, &from);
	char data[64] = "";
	int fd = -1;

	address(argv[3], atoi(argv[4]), &to);
	while (sent + bad < count && !stopped) {
		if (!tcp && fd < 0)
			fd = datagram_socket(&from, length);
		int failed = tcp ? connection(&from, &to, length) : sendto(fd, data, sizeof data, 0, (void *)&to, length) < 0;

		failed ? bad++ : sent++;
		if (flows) {
			close(fd);
			fd = -1;
		}
		if (rate > 0) {
			while (!stopped && wanted(now() - start, period) * rate < sent + bad)
				usleep(2000);
		} else if ((sent + bad) % 64 == 0) {
			usleep(2000);	/* let the receiver drain: packets dropped at its socket are still packets, but say less */
		}
	}
	printf("sent %lu bad %lu seconds %.3f\n", sent, bad, now() - start);
	return bad > 0;
}
