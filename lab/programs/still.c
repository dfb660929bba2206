/*
 * still FILE SETTLE HOLD   holds its breath for SETTLE seconds, reads FILE twice into memory, holds still for HOLD
 *                          seconds more and only then prints both readings, a line "again" between them
 *
 * A dump made while it holds still shows the machine as FILE said it was: nothing is run, opened or allocated in
 * between. What the two readings differ by moved while nobody did anything.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char readings[2][1 << 18];

static int fill(int file, char *into, int room)
{
	int n, have = 0;

	if (lseek(file, 0, SEEK_SET) < 0)
		return -1;
	while ((n = read(file, into + have, room - have)) > 0)
		have += n;
	return n < 0 || have == room ? -1 : have;
}

int main(int argc, char **argv)
{
	int file, bytes[2];

	if (argc != 4 || (file = open(argv[1], O_RDONLY)) < 0) {
		fprintf(stderr, "still FILE SETTLE HOLD: %s\n", argc == 4 ? "no such file" : "three arguments");
		return 2;
	}
	memset(readings, 0, sizeof(readings));	/* no page is missing later */
	mlockall(MCL_CURRENT);
	fill(file, readings[0], sizeof(readings[0]));	/* its buffer grows at the first reading */
	sleep(atoi(argv[2]));
	bytes[0] = fill(file, readings[0], sizeof(readings[0]));
	bytes[1] = fill(file, readings[1], sizeof(readings[1]));
	sleep(atoi(argv[3]));
	if (bytes[0] < 0 || bytes[1] < 0)
		return 1;
	fwrite(readings[0], 1, bytes[0], stdout);
	printf("again\n");
	fwrite(readings[1], 1, bytes[1], stdout);
	return 0;
}
