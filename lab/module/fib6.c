// SPDX-License-Identifier: GPL-2.0
/*
 * The leak of the seed, put back into a kernel that has the fix.
 *
 * Before commit cdef485217d3 ("ipv6: fix memory leak in fib6_rule_suppress")
 * the reference that the look-up had taken on a suppressed route was never
 * dropped.  The fixed function drops it; so take one more before it runs, and
 * give that one back afterwards unless the route was suppressed.  What stays
 * is what the old kernel lost: one reference for each suppressed look-up that
 * holds references (one without RT6_LOOKUP_F_DST_NOREF).
 */
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/moduleparam.h>
#include <net/dst.h>
#include <net/fib_rules.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>

#include "lab.h"

static bool fib6;
module_param(fib6, bool, 0444);
MODULE_PARM_DESC(fib6, "put the fib6_rule_suppress() leak back");

static atomic_long_t suppressed, passed, unreferenced;

struct lookup {
	struct rt6_info *rt;
};

static int before(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	/* bool fib6_rule_suppress(struct fib_rule *, int flags, struct fib_lookup_arg *) */
	int flags = (int)regs->si;
	struct fib_lookup_arg *arg = (void *)regs->dx;
	struct fib6_result *result = arg->result;
	struct lookup *lookup = (void *)instance->data;

	if (!result->rt6)
		return 1;	/* non-zero: don't call after() */
	if (flags & RT6_LOOKUP_F_DST_NOREF) {
		atomic_long_inc(&unreferenced);
		return 1;
	}
	lookup->rt = result->rt6;
	dst_hold(&lookup->rt->dst);
	return 0;
}
NOKPROBE_SYMBOL(before);

static int after(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct lookup *lookup = (void *)instance->data;

	/* A bool comes back in %al; the other bits of %rax are whatever they were. */
	if ((u8)regs_return_value(regs)) {
		atomic_long_inc(&suppressed);
	} else {
		atomic_long_inc(&passed);
		dst_release(&lookup->rt->dst);
	}
	/* Instances are kept for the next call: what they still name would not be lost. */
	lookup->rt = NULL;
	return 0;
}
NOKPROBE_SYMBOL(after);

static struct kretprobe probe = {
	.kp.symbol_name = "fib6_rule_suppress",
	.entry_handler = before,
	.handler = after,
	.data_size = sizeof(struct lookup),
	.maxactive = 128,
};

int lab_fib6_init(void)
{
	return fib6 ? register_kretprobe(&probe) : 0;
}

void lab_fib6_exit(void)
{
	if (fib6)
		unregister_kretprobe(&probe);
}

int lab_fib6_truth(char *buf, int room)
{
	return scnprintf(buf, room, "fib6 %ld\nfib6_passed %ld\nfib6_unreferenced %ld\nfib6_missed %d\n",
			 atomic_long_read(&suppressed), atomic_long_read(&passed),
			 atomic_long_read(&unreferenced), probe.nmissed);
}
