/*
 * kinds: makes some objects of each of many kinds that no other program here makes, and holds them until killed.
 * What this kernel hasn't got is told on stderr and passed over. /var must be writable.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/ip_vs.h>
#include <linux/kvm.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <netinet/ip.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SOME 7

static int told(const char *what, long result)
{
	if (result < 0)
		fprintf(stderr, "kinds: %s: %s\n", what, strerror(errno));
	return result < 0;
}

static void sockets(void)
{
	static const struct { const char *name; int family, type, protocol; } kinds[] = {
		{ "mptcp", AF_INET, SOCK_STREAM, 262 }, { "mptcp6", AF_INET6, SOCK_STREAM, 262 },
		{ "sctp", AF_INET, SOCK_STREAM, 132 },
		{ "dccp", AF_INET, 6, 33 }, { "dccp6", AF_INET6, 6, 33 },
		{ "l2tp", AF_INET, SOCK_DGRAM, 115 }, { "l2tp6", AF_INET6, SOCK_DGRAM, 115 },
		{ "ping6", AF_INET6, SOCK_DGRAM, 58 },
		{ "rds", AF_RDS, SOCK_SEQPACKET, 0 }, { "kcm", AF_KCM, SOCK_DGRAM, 0 },
		{ "vsock", AF_VSOCK, SOCK_STREAM, 0 }, { "smc", AF_SMC, SOCK_STREAM, 0 }, { "smc6", AF_SMC, SOCK_STREAM, 1 },
		{ "xdp", AF_XDP, SOCK_RAW, 0 },
	};

	for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (int i = 0; i < SOME; i++)
			if (told(kinds[k].name, socket(kinds[k].family, kinds[k].type, kinds[k].protocol)))
				break;
}

static void descriptors(void)
{
	struct perf_event_attr clock = { .type = PERF_TYPE_SOFTWARE, .size = sizeof clock, .config = PERF_COUNT_SW_CPU_CLOCK };
	struct epoll_event watch = { .events = EPOLLIN };
	char path[64];

	for (int i = 0; i < SOME; i++) {
		int fd = syscall(SYS_userfaultfd, 0), ends[2];
		struct uffdio_api api = { .api = UFFD_API };
		aio_context_t queue = 0;

		if (!told("userfaultfd", fd))
			ioctl(fd, UFFDIO_API, &api);
		told("io_setup", syscall(SYS_io_setup, 8, &queue));
		told("perf_event_open", syscall(SYS_perf_event_open, &clock, 0, -1, -1, 0));
		/* a pipe that is watched has a head for its watchers */
		fd = epoll_create1(0);
		if (!told("pipe", pipe(ends)))
			told("epoll_ctl", epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &watch));
		snprintf(path, sizeof path, "/var/kinds%d", i);
		mkdir(path, 0755);
		fd = open(path, O_RDONLY | O_DIRECTORY);
		told("F_NOTIFY", fcntl(fd, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
	}
}

static void queues(void)
{
	sigset_t set;
	struct { long type; char text[400]; } message = { 1, "" };
	static const int sizes[] = { 10, 60, 170, 400 };

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 3);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 50; i++)
		told("sigqueue", sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = i }));
	int queue = msgget(IPC_PRIVATE, 0600);
	for (int i = 0; i < 40 && queue >= 0; i++) {
		memset(message.text, 'a' + i % 26, sizeof message.text);
		told("msgsnd", msgsnd(queue, &message, sizes[i % 4], IPC_NOWAIT));
	}
}

/* Attributes too long for the inode get a block, and the block an entry in the cache of blocks that may be shared. */
static void attributes(void)
{
	char path[64], value[900];

	for (int i = 0; i < 40; i++) {
		snprintf(path, sizeof path, "/var/kinds0/%d", i);
		int fd = open(path, O_CREAT | O_RDWR, 0600);
		memset(value, 'a' + i % 26, sizeof value);
		if (told("fsetxattr", fsetxattr(fd, "user.kinds", value, sizeof value, 0)))
			return;
		told("write", write(fd, value, sizeof value));
		fsync(fd);
		close(fd);
	}
}

/* Nobody answers what the kernel asks: the requests stay. */
static void fuse(void)
{
	char path[64], options[128];

	for (int i = 0; i < SOME; i++) {
		int fd = open("/dev/fuse", O_RDWR);
		if (told("fuse", fd))
			return;
		snprintf(path, sizeof path, "/run/fuse%d", i);
		mkdir(path, 0755);
		snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
		told("mount fuse", mount("kinds", path, "fuse", 0, options));
	}
}

static void machines(void)
{
	int kvm = open("/dev/kvm", O_RDWR);

	if (told("kvm", kvm))
		return;
	for (int i = 0; i < 3; i++) {
		int machine = ioctl(kvm, KVM_CREATE_VM, 0);
		if (told("KVM_CREATE_VM", machine))
			return;
		for (int cpu = 0; cpu < 2; cpu++)
			told("KVM_CREATE_VCPU", ioctl(machine, KVM_CREATE_VCPU, cpu));
	}
}

/* First fragments of what never comes. */
static void fragments(void)
{
	struct { struct iphdr ip; char data[16]; } four = { 0 };
	struct { uint8_t next, reserved; uint16_t offset; uint32_t id; char data[16]; } six = { 0 };
	struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int raw4 = socket(AF_INET, SOCK_RAW, IPPROTO_RAW), raw6 = socket(AF_INET6, SOCK_RAW, 44);

	for (int i = 1; i <= 30; i++) {
		four.ip = (struct iphdr){ .version = 4, .ihl = 5, .tot_len = htons(sizeof four), .id = htons(i), .ttl = 9,
			.frag_off = htons(0x2000), .protocol = IPPROTO_UDP, .saddr = to4.sin_addr.s_addr, .daddr = to4.sin_addr.s_addr };
		told("fragment", sendto(raw4, &four, sizeof four, 0, (void *)&to4, sizeof to4));
		six.next = IPPROTO_UDP;
		six.offset = htons(1);
		six.id = htonl(i);
		told("fragment6", sendto(raw6, &six, sizeof six, 0, (void *)&to6, sizeof to6));
	}
}

/* Listens; with SYN-ACKs dropped by a rule of the script, who connects stays half open. */
static void half_open(int port)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(port + 1), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int four = socket(AF_INET, SOCK_STREAM, 0), six = socket(AF_INET6, SOCK_STREAM, 0);

	if (told("bind", bind(four, (void *)&to4, sizeof to4)) || told("bind6", bind(six, (void *)&to6, sizeof to6)))
		return;
	listen(four, 100);
	listen(six, 100);
	for (int i = 0; i < 30; i++) {
		connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), (void *)&to4, sizeof to4);
		connect(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0), (void *)&to6, sizeof to6);
	}
}

/* A virtual service on 127.0.0.9, and connections to it. */
static void virtual_server(int port)
{
	struct { struct ip_vs_service_user service; struct ip_vs_dest_user real; } both = { 0 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000009) };
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	both.service.protocol = IPPROTO_UDP;
	both.service.addr = to.sin_addr.s_addr;
	both.service.port = to.sin_port;
	both.service.netmask = 0xffffffff;
	strcpy(both.service.sched_name, "rr");
	if (told("ip_vs", setsockopt(raw, IPPROTO_IP, IP_VS_SO_SET_ADD, &both.service, sizeof both.service)))
		return;
	both.real.addr = htonl(0x7f000001);
	both.real.port = htons(port + 1);
	both.real.conn_flags = IP_VS_CONN_F_LOCALNODE;
	both.real.weight = 1;
	told("ip_vs real", setsockopt(raw, IPPROTO_IP, IP_VS_SO_SET_ADDDEST, &both, sizeof both));
	for (int i = 0; i < 30; i++)
		sendto(socket(AF_INET, SOCK_DGRAM, 0), "kinds", 5, 0, (void *)&to, sizeof to);
}

/* Each keeps the way its packets go: through the policy of the script. */
static void tunnelled(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	for (int i = 1; i <= 30; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM, 0);
		to.sin_addr.s_addr = htonl(0x0a010000 + i);
		if (told("tunnel", connect(fd, (void *)&to, sizeof to)))
			return;
		send(fd, "kinds", 5, 0);
	}
}

int main(void)
{
	signal(SIGIO, SIG_IGN);	/* of F_NOTIFY */
	sockets();
	descriptors();
	attributes();
	queues();
	fuse();
	machines();
	fragments();
	half_open(7100);
	virtual_server(7200);
	tunnelled();
	for (;;)
		pause();
}
