/*
 * open and close in a loop, and what it cost: `operations COUNT` prints CPU nanoseconds per pair.
 * Hot while filp is listened to; cold while another cache is.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static double cpu_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 100000;
	double before;

	for (long i = 0; i < count / 10; i++)
		close(open("/dev/null", O_RDONLY));
	before = cpu_seconds();
	for (long i = 0; i < count; i++)
		close(open("/dev/null", O_RDONLY));
	printf("%.1f\n", (cpu_seconds() - before) * 1e9 / count);
	return 0;
}
