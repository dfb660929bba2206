/*
 * open and close in a loop, and what it cost: `operations COUNT` prints CPU nanoseconds per pair.
 * Hot while filp is listened to; cold while another cache is.
 *
 * `operations hold COUNT` says "ready", waits for a line, opens COUNT files, says "done", and holds them to the end of its input.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static double cpu_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
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
	double before;

	if (argc > 2 && strcmp(argv[1], "hold") == 0)
		return hold(atol(argv[2]));
	for (long i = 0; i < count / 10; i++)
		close(open("/dev/null", O_RDONLY));
	before = cpu_seconds();
	for (long i = 0; i < count; i++)
		close(open("/dev/null", O_RDONLY));
	printf("%.1f\n", (cpu_seconds() - before) * 1e9 / count);
	return 0;
}
