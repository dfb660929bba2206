/*
 * hold KIND COUNT [RATE]          makes COUNT of KIND, RATE a second (default: at once), and holds them until killed
 * hold KIND breathe LOW HIGH SECONDS   goes up and down between LOW and HIGH, one breath in SECONDS
 *
 * KIND: files sockets unix timers eventfds epoll-watches inotify-watches netns pipes threads posix-timers
 * Prints "held N" once it has all of them.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MOST 1000000

static int epoll = -1, inotify = -1;

static void *sleeper(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static int thread(void)
{
	pthread_attr_t small;
	pthread_t id;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	return pthread_create(&id, &small, sleeper, NULL) ? -1 : 0;
}

static int inotify_watch(long i)
{
	char path[64];
	int fd;

	if (inotify < 0)
		inotify = inotify_init1(0);
	mkdir("/var/watched", 0755);
	snprintf(path, sizeof path, "/var/watched/%ld", i);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (fd < 0)
		return -1;
	close(fd);
	return inotify_add_watch(inotify, path, IN_MODIFY);
}

static int epoll_watch(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = eventfd(0, 0);

	if (epoll < 0)
		epoll = epoll_create1(0);
	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -1 : fd;
}

/* A network namespace held by nothing but a descriptor. */
static int netns(void)
{
	return unshare(CLONE_NEWNET) ? -1 : open("/proc/self/ns/net", O_RDONLY);
}

/* Makes one; gives a descriptor to close, or what identifies it, or −1. */
static long make(const char *kind, long i)
{
	int ends[2];
	timer_t timer;
	struct sigevent quiet = { .sigev_notify = SIGEV_NONE };

	if (!strcmp(kind, "files"))
		return open("/etc/hostname", O_RDONLY);
	if (!strcmp(kind, "sockets"))
		return socket(AF_INET6, SOCK_STREAM, 0);
	if (!strcmp(kind, "unix"))
		return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ? -1 : ends[0];
	if (!strcmp(kind, "pipes"))
		return pipe(ends) ? -1 : ends[0];
	if (!strcmp(kind, "timers"))
		return timerfd_create(CLOCK_MONOTONIC, 0);
	if (!strcmp(kind, "posix-timers"))
		return timer_create(CLOCK_MONOTONIC, &quiet, &timer) ? -1 : (long)timer;
	if (!strcmp(kind, "eventfds"))
		return eventfd(0, 0);
	if (!strcmp(kind, "epoll-watches"))
		return epoll_watch();
	if (!strcmp(kind, "inotify-watches"))
		return inotify_watch(i);
	if (!strcmp(kind, "netns"))
		return netns();
	if (!strcmp(kind, "threads"))
		return thread();
	fprintf(stderr, "hold: %s is no kind\n", kind);
	exit(2);
}

static void unmake(const char *kind, long what)
{
	if (!strcmp(kind, "posix-timers"))
		timer_delete((timer_t)what);
	else
		close(what);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void breathe(const char *kind, long low, long high, double period)
{
	static long held[MOST];
	long n = 0;
	double start = now();

	for (;;) {
		double phase = (1 - cos(2 * M_PI * (now() - start) / period)) / 2;
		long wanted = low + (high - low) * phase;

		for (; n < wanted && n < MOST; n++)
			if ((held[n] = make(kind, n)) < 0) {
				perror("hold: breathe");
				exit(1);
			}
		while (n > wanted)
			unmake(kind, held[--n]);
		usleep(50000);
	}
}

int main(int argc, char **argv)
{
	struct rlimit many = { MOST, MOST };

	if (argc < 3) {
		fprintf(stderr, "usage: hold KIND COUNT [RATE] | hold KIND breathe LOW HIGH SECONDS\n");
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &many);
	many.rlim_cur = many.rlim_max = RLIM_INFINITY;
	setrlimit(RLIMIT_SIGPENDING, &many);	/* POSIX timers count as pending signals */
	if (!strcmp(argv[2], "breathe") && argc == 6) {
		breathe(argv[1], atol(argv[3]), atol(argv[4]), atof(argv[5]));
		return 0;
	}
	long count = atol(argv[2]), i;
	double rate = argc > 3 ? atof(argv[3]) : 0, start = now();

	for (i = 0; i < count; i++) {
		if (make(argv[1], i) < 0) {
			perror("hold");
			return 1;
		}
		if (rate > 0) {
			double wait = start + (i + 1) / rate - now();

			if (wait > 0)
				usleep(wait * 1e6);
		}
	}
	printf("held %ld\n", i);
	fflush(stdout);
	for (;;)
		pause();
}
