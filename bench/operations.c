/*
 * open and close in a loop, and what it cost: `operations COUNT` prints CPU nanoseconds per pair, the lower quartile of stretches of 1,000:
 * what a neighbour or an interrupt adds is not the operation's. Hot while filp is listened to; cold while another cache is.
 *
 * `operations hold COUNT` says "ready", waits for a line, opens COUNT files, says "done", and holds them to the end of its input.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double cpu_nanoseconds(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * 1e9 + used.tv_nsec;
}

#define STRETCH 1000

static void open_and_close(long count)
{
	for (long i = 0; i < count; i++)
		close(open("/dev/null", O_RDONLY));
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

/* On one CPU, the last: two that share a core with different neighbours cost differently. */
static int stay(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &one);
	return sched_setaffinity(0, sizeof(one), &one);
}

static int operate(long count)
{
	long stretches = count / STRETCH > 0 ? count / STRETCH : 1;
	double *costs = calloc(stretches, sizeof(*costs));

	if (costs == NULL || stay() != 0)
		return 1;
	open_and_close(count / 10);
	for (long i = 0; i < stretches; i++) {
		double before = cpu_nanoseconds();

		open_and_close(STRETCH);
		costs[i] = (cpu_nanoseconds() - before) / STRETCH;
	}
	qsort(costs, stretches, sizeof(*costs), compare);
	printf("%.1f\n", costs[stretches / 4]);
	free(costs);
	return 0;
}

/* A process may have so many files open; more is shared among processes of their own. */
#define EACH 15000

static int hold(long count)
{
	char line[64];
	int done[2], release[2];
	struct rlimit limit;
	long left;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || pipe(done) != 0 || pipe(release) != 0)
		return 1;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	if (fgets(line, sizeof(line), stdin) == NULL)
		return 1;
	for (left = count; left > 0; left -= EACH) {
		if (fork() != 0)
			continue;
		close(release[1]);
		for (long i = 0; i < (left < EACH ? left : EACH); i++)
			if (open("/dev/null", O_RDONLY) < 0) {
				perror("open");
				return 1;
			}
		if (write(done[1], "d", 1) != 1 || read(release[0], line, 1) != 0)
			return 1;
		return 0;
	}
	close(done[1]);
	for (left = count; left > 0; left -= EACH)
		if (read(done[0], line, 1) != 1)
			return 1;
	puts("done");
	while (fgets(line, sizeof(line), stdin) != NULL)
		;
	return 0;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 100000;

	return argc > 2 && strcmp(argv[1], "hold") == 0 ? hold(atol(argv[2])) : operate(count);
}
