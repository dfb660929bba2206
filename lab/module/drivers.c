// SPDX-License-Identifier: GPL-2.0
/* What makes a leak happen: the clock, or every k-th packet, fork or open. */
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "lab.h"

struct plan {
	bool active;
	struct lab_mode *mode;
	unsigned long size;
	/* by the clock */
	u64 milli_per_second;
	u64 started;		/* ktime_get_ns() */
	u64 done;
	struct delayed_work tick;
	/* by events */
	enum lab_event event;
	unsigned long k;	/* 0: by the clock */
	atomic_long_t seen;
	atomic_long_t due;	/* owed by an event that came in atomic context */
	struct work_struct pay;
};

static struct plan plans[16];
static int planned;
static atomic_long_t events[LAB_EVENTS];
static atomic_long_t failed;

static void tick(struct work_struct *work)
{
	struct plan *plan = container_of(to_delayed_work(work), struct plan, tick);
	u64 wanted = div64_u64((ktime_get_ns() - plan->started) / NSEC_PER_USEC * plan->milli_per_second, 1000000000ULL);

	for (; plan->active && plan->done < wanted; plan->done++)
		if (lab_leak(plan->mode, plan->size, GFP_KERNEL))
			atomic_long_inc(&failed);
	if (plan->active)
		schedule_delayed_work(&plan->tick, msecs_to_jiffies(100));
}

static void pay(struct work_struct *work)
{
	struct plan *plan = container_of(work, struct plan, pay);
	long due = atomic_long_xchg(&plan->due, 0);

	for (; due > 0; due--)
		if (lab_leak(plan->mode, plan->size, GFP_KERNEL))
			atomic_long_inc(&failed);
}

static struct plan *add(struct lab_mode *mode, unsigned long size)
{
	struct plan *plan = &plans[planned];

	if (planned == ARRAY_SIZE(plans))
		return NULL;
	plan->mode = mode;
	plan->size = size;
	INIT_DELAYED_WORK(&plan->tick, tick);
	INIT_WORK(&plan->pay, pay);
	planned++;
	return plan;
}

static void happened(enum lab_event event)
{
	int i;

	atomic_long_inc(&events[event]);
	for (i = 0; i < ARRAY_SIZE(plans); i++) {
		struct plan *plan = &plans[i];

		if (!smp_load_acquire(&plan->active) || !plan->k || plan->event != event)
			continue;
		if (atomic_long_inc_return(&plan->seen) % plan->k)
			continue;
		if (!plan->mode->may_be_atomic) {
			atomic_long_inc(&plan->due);
			schedule_work(&plan->pay);
		} else if (lab_leak(plan->mode, plan->size, GFP_ATOMIC)) {
			atomic_long_inc(&failed);
		}
	}
}

static unsigned int packet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	happened(LAB_PACKET);
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{ .hook = packet, .pf = NFPROTO_IPV4, .hooknum = NF_INET_PRE_ROUTING, .priority = NF_IP_PRI_FIRST },
	{ .hook = packet, .pf = NFPROTO_IPV6, .hooknum = NF_INET_PRE_ROUTING, .priority = NF_IP6_PRI_FIRST },
};

static int forked(struct kprobe *probe, struct pt_regs *regs)
{
	happened(LAB_FORK);
	return 0;
}

static int opened(struct kprobe *probe, struct pt_regs *regs)
{
	happened(LAB_OPEN);
	return 0;
}

/* Both are global functions on every kernel the lab boots, called once an event. */
static struct kprobe on_fork = { .symbol_name = "wake_up_new_task", .pre_handler = forked };
static struct kprobe on_open = { .symbol_name = "do_filp_open", .pre_handler = opened };
static bool listening[LAB_EVENTS];

static int listen_to(enum lab_event event)
{
	int err;

	if (listening[event])
		return 0;
	if (event == LAB_PACKET)
		err = nf_register_net_hooks(&init_net, hooks, ARRAY_SIZE(hooks));
	else
		err = register_kprobe(event == LAB_FORK ? &on_fork : &on_open);
	listening[event] = !err;
	return err;
}

int lab_rate(struct lab_mode *mode, unsigned long size, u64 milli_per_second)
{
	struct plan *plan = add(mode, size);

	if (!plan)
		return -ENOSPC;
	plan->milli_per_second = milli_per_second;
	plan->started = ktime_get_ns();
	smp_store_release(&plan->active, true);
	schedule_delayed_work(&plan->tick, 0);
	return 0;
}

int lab_every(enum lab_event event, unsigned long k, struct lab_mode *mode, unsigned long size)
{
	struct plan *plan = add(mode, size);

	if (!plan)
		return -ENOSPC;
	plan->event = event;
	plan->k = k;
	smp_store_release(&plan->active, true);
	return listen_to(event);
}

void lab_stop(void)
{
	int i;

	for (i = 0; i < planned; i++) {
		WRITE_ONCE(plans[i].active, false);
		cancel_delayed_work_sync(&plans[i].tick);
	}
}

void lab_drivers_exit(void)
{
	int i;

	lab_stop();
	if (listening[LAB_PACKET])
		nf_unregister_net_hooks(&init_net, hooks, ARRAY_SIZE(hooks));
	if (listening[LAB_FORK])
		unregister_kprobe(&on_fork);
	if (listening[LAB_OPEN])
		unregister_kprobe(&on_open);
	for (i = 0; i < planned; i++)
		cancel_work_sync(&plans[i].pay);
}

int lab_drivers_truth(char *buf, int room)
{
	return scnprintf(buf, room, "packets %ld\nforks %ld\nopens %ld\nfailed %ld\n",
			 atomic_long_read(&events[LAB_PACKET]), atomic_long_read(&events[LAB_FORK]),
			 atomic_long_read(&events[LAB_OPEN]), atomic_long_read(&failed));
}
