/*
 * agent PORT: runs the host's commands in the guest, several at once.
 *
 * Host → guest    run ID LENGTH\n<LENGTH bytes of shell>
 *                 kill ID\n                       SIGKILL to its process group
 * Guest → host    out ID LENGTH\n<bytes>          stdout
 *                 err ID LENGTH\n<bytes>          stderr
 *                 end ID STATUS\n                 128 + signal if it was killed
 *
 * When the host closes the port (it was killed, say) the machine goes off: no guest outlives its lab.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS 64

struct job {
	int id, pid, out, err;	/* pid 0: free; out, err −1: closed */
};

static struct job jobs[JOBS];
static int port;

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void send_all(const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(port, data, size);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { port, POLLOUT, 0 };

			poll(&p, 1, 100);
			if (p.revents & POLLHUP)
				power_off();
			continue;
		}
		if (n < 0 && errno != EINTR)
			power_off();
		if (n > 0) {
			data += n;
			size -= n;
		}
	}
}

static void run(int id, char *script)
{
	int out[2], err[2];
	struct job *job = jobs;

	while (job < jobs + JOBS && job->pid)
		job++;
	if (job == jobs + JOBS || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		char line[64];

		send_all(line, sprintf(line, "end %d 125\n", id));
		return;
	}
	job->id = id;
	job->out = out[0];
	job->err = err[0];
	job->pid = fork();
	if (!job->pid) {
		int null = open("/dev/null", O_RDONLY);

		setsid();
		signal(SIGPIPE, SIG_DFL);
		dup2(null, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		execl("/bin/sh", "sh", "-c", script, NULL);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
}

/* Passes on what a job printed; closes the pipe at its end. */
static void forward(struct job *job, int *pipe, const char *name)
{
	static char data[65536];
	char line[64];
	ssize_t n = read(*pipe, data, sizeof data);

	if (n > 0) {
		send_all(line, sprintf(line, "%s %d %zd\n", name, job->id, n));
		send_all(data, n);
	} else if (n == 0 || errno != EINTR) {
		close(*pipe);
		*pipe = -1;
	}
}

/* A job has ended when both pipes are closed and its shell is gone: background children may hold the pipes. */
static void reap(void)
{
	for (struct job *job = jobs; job < jobs + JOBS; job++) {
		char line[64];
		int status;

		if (!job->pid || job->out >= 0 || job->err >= 0)
			continue;
		if (waitpid(job->pid, &status, WNOHANG) != job->pid)
			continue;
		status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		send_all(line, sprintf(line, "end %d %d\n", job->id, status));
		job->pid = 0;
	}
}

/* Takes the complete commands off the front of the input; gives how many bytes they had. */
static size_t obey(char *data, size_t size)
{
	size_t used = 0;

	for (;;) {
		char *line = data + used, *end = memchr(line, '\n', size - used);
		int id;
		size_t length, head;

		if (!end)
			return used;
		*end = 0;
		head = end + 1 - line;
		if (sscanf(line, "run %d %zu", &id, &length) == 2) {
			char saved, *script = end + 1;

			if (size - used - head < length) {
				*end = '\n';
				return used;
			}
			saved = script[length];
			script[length] = 0;
			run(id, script);
			script[length] = saved;
			used += head + length;
			continue;
		}
		if (sscanf(line, "kill %d", &id) == 1)
			for (struct job *job = jobs; job < jobs + JOBS; job++)
				if (job->pid && job->id == id)
					kill(-job->pid, SIGKILL);
		used += head;
	}
}

int main(int argc, char **argv)
{
	static char input[1 << 20];
	size_t have = 0;

	if (argc != 2 || (port = open(argv[1], O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0) {
		perror("agent");
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	send_all("ready\n", 6);
	for (;;) {
		struct pollfd polls[1 + 2 * JOBS] = { { port, POLLIN, 0 } };
		int n = 1;

		for (struct job *job = jobs; job < jobs + JOBS; job++) {
			if (!job->pid)
				continue;
			if (job->out >= 0)
				polls[n++] = (struct pollfd){ job->out, POLLIN, 0 };
			if (job->err >= 0)
				polls[n++] = (struct pollfd){ job->err, POLLIN, 0 };
		}
		poll(polls, n, n > 1 ? 100 : 1000);
		if (polls[0].revents & POLLHUP)
			power_off();
		if (polls[0].revents & POLLIN) {
			ssize_t got = read(port, input + have, sizeof input - 1 - have);

			if (got == 0)
				power_off();
			if (got > 0)
				have += got;
			size_t used = obey(input, have);

			memmove(input, input + used, have -= used);
		}
		for (int i = 1; i < n; i++) {
			if (!polls[i].revents)
				continue;
			for (struct job *job = jobs; job < jobs + JOBS; job++) {
				if (job->pid && job->out == polls[i].fd)
					forward(job, &job->out, "out");
				else if (job->pid && job->err == polls[i].fd)
					forward(job, &job->err, "err");
			}
		}
		reap();
	}
}
