/*
 * churn files FOLDER RATE            creates, writes and deletes files, RATE a second, for ever
 * churn missing FOLDER RATE [COUNT]  looks for names that do not exist (negative dentries)
 * churn write PATH MBYTES [RATE]     writes a file, RATE megabytes a second
 * churn fork RATE                    starts and reaps processes, RATE a second, for ever
 * churn cgroups FOLDER COUNT RATE    makes memory cgroups, charges a page-cache page to each, removes them: zombies
 * churn sawtooth PATH MBYTES SECONDS writes a file up to MBYTES, deletes it, starts again
 *
 * Prints "did N" at its end or at SIGTERM.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;
static char block[1 << 20];

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
	fprintf(stderr, "churn: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The same few names again and again: new ones would each leave a negative dentry, which is growth. */
static void one_file(const char *folder, long i)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/file-%ld", folder, i % 64);
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	if (fd < 0 || write(fd, block, 4096) != 4096)
		fail(path);
	close(fd);
	unlink(path);
}

static void one_miss(const char *folder, long i)
{
	char path[256];
	struct stat found;

	snprintf(path, sizeof path, "%s/session-%010ld-does-not-exist", folder, i);
	if (!stat(path, &found))
		fail(path);
}

static void one_fork(void)
{
	int pid = fork();

	if (!pid)
		_exit(0);
	if (pid < 0)
		fail("fork");
	waitpid(pid, NULL, 0);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(path);
	close(fd);
}

/* The file stays, and with it its page in the cache; the page keeps the removed group alive. */
static void one_zombie(const char *folder, long i)
{
	char group[256], procs[300], file[256];
	int pid, status;

	snprintf(group, sizeof group, "%s/zombie-%ld", folder, i);
	snprintf(procs, sizeof procs, "%s/cgroup.procs", group);
	snprintf(file, sizeof file, "/var/zombie-%ld", i);
	if (mkdir(group, 0755))
		fail(group);
	pid = fork();
	if (!pid) {
		int fd;

		put(procs, "0");
		fd = open(file, O_CREAT | O_WRONLY, 0600);
		if (fd < 0 || write(fd, block, 4096) != 4096)
			fail(file);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status)
		exit(1);
	for (int tries = 0; rmdir(group); tries++) {
		if (tries > 100)
			fail(group);
		usleep(10000);
	}
}

static void megabyte(int fd, const char *path)
{
	if (write(fd, block, sizeof block) != sizeof block)
		fail(path);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGTERM, &action, NULL);
	memset(block, 'x', sizeof block);
	if (argc < 3) {
		fprintf(stderr, "usage: churn files|missing|write|fork|cgroups|sawtooth …\n");
		return 2;
	}
	const char *what = argv[1];
	double rate = 0, start = now();
	long count = -1, height = 0, i = 0;
	int fd = -1;

	if (!strcmp(what, "files") && argc == 4) {
		rate = atof(argv[3]);
	} else if (!strcmp(what, "missing") && argc >= 4) {
		rate = atof(argv[3]);
		count = argc > 4 ? atol(argv[4]) : -1;
	} else if (!strcmp(what, "fork")) {
		rate = atof(argv[2]);
	} else if (!strcmp(what, "cgroups") && argc == 5) {
		count = atol(argv[3]);
		rate = atof(argv[4]);
	} else if (!strcmp(what, "write") && argc >= 4) {
		count = atol(argv[3]);
		rate = argc > 4 ? atof(argv[4]) : 0;
	} else if (!strcmp(what, "sawtooth") && argc == 5) {
		height = atol(argv[3]);
		rate = height / atof(argv[4]);
	} else {
		fprintf(stderr, "churn: cannot %s like that\n", what);
		return 2;
	}
	if (!strcmp(what, "write") || height) {
		fd = open(argv[2], O_CREAT | O_WRONLY | O_TRUNC, 0600);
		if (fd < 0)
			fail(argv[2]);
	}
	for (; !stopped && i != count; i++) {
		if (!strcmp(what, "files"))
			one_file(argv[2], i);
		else if (!strcmp(what, "missing"))
			one_miss(argv[2], i);
		else if (!strcmp(what, "fork"))
			one_fork();
		else if (!strcmp(what, "cgroups"))
			one_zombie(argv[2], i);
		else
			megabyte(fd, argv[2]);
		if (height && (i + 1) % height == 0 && (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET)))
			fail(argv[2]);
		if (rate > 0) {
			double wait = start + (i + 1) / rate - now();

			if (wait > 0)
				usleep(wait * 1e6);
		}
	}
	printf("did %ld\n", i);
	return 0;
}
