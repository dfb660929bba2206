// SPDX-License-Identifier: GPL-2.0
/*
 * Objects that are held, each from one place only: a thread's stack, the callbacks that wait for a grace period,
 * what kfree_rcu() collects, per-CPU memory.  Nothing else points to them.  Among them, in the same slabs, are some
 * that are really lost.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/string.h>

#include "lab.h"

#define ON_STACK 211
#define PER_CPU 1013
/* Slots of a CPU in the module's own per-CPU section, which is part of the first chunk. */
#define STATIC_SLOTS 32
/* More than is left of the first chunk, so that the others are in one from vmalloc(). */
#define DYNAMIC_SLOTS 3072

struct held {
	unsigned long id;
	unsigned char body[96];
	struct rcu_head rcu;	/* not at the start: what points to it points inside */
	unsigned char rest[88];
};

struct place {
	const char *name;
	unsigned long to_hold, to_lose;
	unsigned long held, lost;	/* so far */
	struct kmem_cache *cache;
};

static struct place stack = { "stack", ON_STACK, 101 };
static struct place rcu = { "rcu", 1009, 103 };
static struct place per_cpu = { "percpu", PER_CPU, 107 };
/* These come and go for as long as the module is there. */
static struct place later = { "kfree", 109, 109 };

static struct task_struct *stack_thread, *reader_thread, *free_thread;
static DECLARE_COMPLETION(stack_full);
static DECLARE_COMPLETION(reading);
static DECLARE_COMPLETION(freeing);
DEFINE_STATIC_SRCU(grace);

static DEFINE_PER_CPU(struct held *[STATIC_SLOTS], static_slots);
static struct held * __percpu *dynamic_slots;
static unsigned long in_vmalloc;

/*
 * The next one to be held.  Those to be lost are taken just before: what was left of their addresses in registers
 * and on the stack is overwritten on the way of the one that follows.
 */
static noinline struct held *next_of(struct place *place)
{
	struct held *held;

	for (; place->lost < place->to_lose && place->lost * place->to_hold < (place->held + 1) * place->to_lose; place->lost++)
		if (!kmem_cache_alloc(place->cache, GFP_KERNEL))
			return NULL;
	held = kmem_cache_alloc(place->cache, GFP_KERNEL);
	if (held)
		held->id = place->held++;
	return held;
}

static void until_stopped(void)
{
	for (;;) {
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

/* The array is read again after the sleep, so the compiler has to keep it, and has no room for it but the stack. */
static int hold_on_stack(void *unused)
{
	struct held *own[ON_STACK];
	int i;

	for (i = 0; i < ON_STACK; i++)
		own[i] = next_of(&stack);
	complete(&stack_full);
	until_stopped();
	for (i = 0; i < ON_STACK; i++)
		if (own[i])
			kmem_cache_free(stack.cache, own[i]);
	return 0;
}

/* No grace period ends while this one reads. */
static int read_on(void *unused)
{
	int index = srcu_read_lock(&grace);

	complete(&reading);
	until_stopped();
	srcu_read_unlock(&grace, index);
	return 0;
}

/* Few enough at a time that kfree_rcu() lets them wait for its clock and not for a full page. */
static int free_later(void *unused)
{
	int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < 13; i++) {
			struct held *held = next_of(&later);

			if (held)
				kfree_rcu(held, rcu);
		}
		if (later.lost == later.to_lose)
			complete_all(&freeing);
		schedule_timeout_idle(HZ / 5);
	}
	return 0;
}

static void after_grace(struct rcu_head *head)
{
	kmem_cache_free(rcu.cache, container_of(head, struct held, rcu));
}

static int hold_in_callbacks(void)
{
	while (rcu.held < rcu.to_hold) {
		struct held *held = next_of(&rcu);

		if (!held)
			return -ENOMEM;
		call_srcu(&grace, &held->rcu, after_grace);
	}
	return 0;
}

static int hold_per_cpu(void)
{
	int cpu = -1, slot = 0;

	while (per_cpu.held < per_cpu.to_hold) {
		struct held **to;

		cpu = cpumask_next(cpu, cpu_possible_mask);
		if (cpu >= nr_cpu_ids) {
			cpu = cpumask_first(cpu_possible_mask);
			slot++;
		}
		if (slot < STATIC_SLOTS)
			to = &per_cpu(static_slots, cpu)[slot];
		else if (slot < STATIC_SLOTS + DYNAMIC_SLOTS)
			to = per_cpu_ptr(dynamic_slots, cpu) + slot - STATIC_SLOTS;
		else
			return -ENOSPC;
		*to = next_of(&per_cpu);
		if (!*to)
			return -ENOMEM;
		in_vmalloc += is_vmalloc_addr(to);
	}
	return 0;
}

static void clear(void *object)
{
	memset(object, 0, sizeof(struct held));
}

/* With a constructor, which no kernel merges. */
static bool make(struct place *place, const char *name)
{
	place->cache = kmem_cache_create(name, sizeof(struct held), 0, SLAB_HWCACHE_ALIGN, clear);
	return place->cache;
}

static struct task_struct *start(int (*thread)(void *), const char *name, struct completion *ready)
{
	struct task_struct *task = kthread_run(thread, NULL, "%s", name);

	if (IS_ERR(task))
		return NULL;
	wait_for_completion(ready);
	return task;
}

/* All places, once. */
int lab_hold(void)
{
	if (stack.cache)
		return -EEXIST;
	dynamic_slots = __alloc_percpu(DYNAMIC_SLOTS * sizeof(struct held *), sizeof(struct held *));
	if (!dynamic_slots || !make(&stack, "lab_held_stack") || !make(&rcu, "lab_held_rcu") ||
	    !make(&per_cpu, "lab_held_percpu") || !make(&later, "lab_held_kfree"))
		return -ENOMEM;
	stack_thread = start(hold_on_stack, "lab_held_stack", &stack_full);
	reader_thread = start(read_on, "lab_held_rcu", &reading);
	free_thread = start(free_later, "lab_held_kfree", &freeing);
	if (!stack_thread || !reader_thread || !free_thread)
		return -ENOMEM;
	return hold_in_callbacks() ?: hold_per_cpu();
}

/* What was held is given back.  The caches stay: they have lost objects. */
void lab_hold_exit(void)
{
	int cpu, slot;

	if (stack_thread)
		kthread_stop(stack_thread);
	if (reader_thread)
		kthread_stop(reader_thread);
	if (free_thread)
		kthread_stop(free_thread);
	srcu_barrier(&grace);
	for_each_possible_cpu(cpu) {
		for (slot = 0; slot < STATIC_SLOTS; slot++)
			if (per_cpu(static_slots, cpu)[slot])
				kmem_cache_free(per_cpu.cache, per_cpu(static_slots, cpu)[slot]);
		for (slot = 0; dynamic_slots && slot < DYNAMIC_SLOTS; slot++)
			if (per_cpu_ptr(dynamic_slots, cpu)[slot])
				kmem_cache_free(per_cpu.cache, per_cpu_ptr(dynamic_slots, cpu)[slot]);
	}
	free_percpu(dynamic_slots);
}

int lab_hold_truth(char *buf, int room)
{
	const struct place *places[] = { &stack, &rcu, &per_cpu, &later };
	int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		n += scnprintf(buf + n, room - n, "held_%s %lu\nheld_%s_lost %lu\n", places[i]->name, places[i]->held,
			       places[i]->name, places[i]->lost);
	return n + scnprintf(buf + n, room - n, "held_percpu_vmalloc %lu\n", in_vmalloc);
}
