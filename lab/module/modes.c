// SPDX-License-Identifier: GPL-2.0
/* The ways to lose memory.  Each function drops its only pointer: that is the leak. */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <net/dst_ops.h>
#include <net/net_namespace.h>

#include "lab.h"

/* As big as struct rt6_info, so that it meets the same neighbours when merged. */
#define OBJECT_BYTES 232

static struct kmem_cache *sessions, *ledgers, *islands, *routes;

/* Objects look like the kernel's: a table of operations, a link, an identity. */
struct object {
	const void *ops;
	struct object *next;
	struct rcu_head rcu;
	unsigned long id;
};

static const unsigned long session_ops[4], route_ops[4], link_ops[4];
static atomic_long_t identity;

static noinline struct object *object_from(struct kmem_cache *cache, const void *ops, gfp_t gfp)
{
	struct object *object = kmem_cache_alloc(cache, gfp);

	if (!object)
		return NULL;
	object->ops = ops;
	object->next = NULL;
	object->id = atomic_long_inc_return(&identity);
	return object;
}

/* Own cache that the kernel is free to merge with others. */
static noinline int leak_session(unsigned long size, gfp_t gfp)
{
	return object_from(sessions, session_ops, gfp) ? 0 : -ENOMEM;
}

/* Own cache, accounted to the memory cgroup: merges with accounted ones only. */
static noinline int leak_ledger(unsigned long size, gfp_t gfp)
{
	return object_from(ledgers, session_ops, gfp) ? 0 : -ENOMEM;
}

/* Own cache with a constructor, which no kernel merges. */
static noinline int leak_island(unsigned long size, gfp_t gfp)
{
	return kmem_cache_alloc(islands, gfp) ? 0 : -ENOMEM;
}

static noinline int leak_kmalloc(unsigned long size, gfp_t gfp)
{
	void *p = kmalloc(size ?: 192, gfp);

	OPTIMIZER_HIDE_VAR(p);
	return p ? 0 : -ENOMEM;
}

/* Beyond KMALLOC_MAX_CACHE_SIZE: straight from the page allocator, no slabinfo row. */
static noinline int leak_large(unsigned long size, gfp_t gfp)
{
	void *p = kmalloc(size ?: 16384, gfp);

	OPTIMIZER_HIDE_VAR(p);
	return p ? 0 : -ENOMEM;
}

/* size is the order */
static noinline int leak_pages(unsigned long size, gfp_t gfp)
{
	return alloc_pages(gfp, size) ? 0 : -ENOMEM;
}

static noinline int leak_vmalloc(unsigned long size, gfp_t gfp)
{
	void *p = vmalloc(size ?: 65536);

	OPTIMIZER_HIDE_VAR(p);
	return p ? 0 : -ENOMEM;
}

static noinline int leak_percpu(unsigned long size, gfp_t gfp)
{
	void __percpu *p = __alloc_percpu_gfp(size ?: 1024, 8, gfp);

	return p ? 0 : -ENOMEM;
}

static noinline int leak_skb(unsigned long size, gfp_t gfp)
{
	return alloc_skb(size ?: 1500, gfp) ? 0 : -ENOMEM;
}

/* A reference to an open file that nobody drops: file-nr counts it, no process has it. */
static noinline int leak_file(unsigned long size, gfp_t gfp)
{
	struct file *file = filp_open("/dev/null", O_RDONLY, 0);

	return IS_ERR(file) ? PTR_ERR(file) : 0;
}

/* Ten allocated, nine freed after a grace period: most of the caller's objects are innocent. */
static noinline int leak_route(unsigned long size, gfp_t gfp)
{
	struct object *object;
	int i;

	for (i = 0; i < 10; i++) {
		object = object_from(routes, route_ops, gfp);
		if (!object)
			return -ENOMEM;
		if (i)
			kfree_rcu(object, rcu);
	}
	return 0;
}

/* A list whose head is forgotten every 64 objects: 63 of 64 are pointed at, all are lost. */
static DEFINE_SPINLOCK(chain_lock);
static struct object *chain;
static atomic_long_t chains;

static noinline int leak_chain(unsigned long size, gfp_t gfp)
{
	struct object *object = object_from(routes, link_ops, gfp);

	if (!object)
		return -ENOMEM;
	spin_lock_bh(&chain_lock);
	object->next = chain;
	chain = object->id % 64 ? object : NULL;
	if (!chain)
		atomic_long_inc(&chains);
	spin_unlock_bh(&chain_lock);
	return 0;
}

/* The account of IPv6 destinations without a destination: a counter that is never taken back, and no memory lost. */
static noinline int leak_count(unsigned long size, gfp_t gfp)
{
	dst_entries_add(&init_net.ipv6.ip6_dst_ops, 1);
	return 0;
}

static struct lab_mode modes[] = {
	{ .name = "cache", .leak = leak_session, .may_be_atomic = true },
	{ .name = "accounted", .leak = leak_ledger, .may_be_atomic = true },
	{ .name = "unmerged", .leak = leak_island, .may_be_atomic = true },
	{ .name = "kmalloc", .leak = leak_kmalloc, .may_be_atomic = true },
	{ .name = "large", .leak = leak_large, .may_be_atomic = true },
	{ .name = "pages", .leak = leak_pages, .may_be_atomic = true },
	{ .name = "vmalloc", .leak = leak_vmalloc },
	{ .name = "percpu", .leak = leak_percpu },
	{ .name = "skb", .leak = leak_skb, .may_be_atomic = true },
	{ .name = "file", .leak = leak_file },
	{ .name = "rcu", .leak = leak_route, .may_be_atomic = true },
	{ .name = "count", .leak = leak_count, .may_be_atomic = true },
	{ .name = "chain", .leak = leak_chain, .may_be_atomic = true },
};

struct lab_mode *lab_mode(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(modes[i].name, name))
			return &modes[i];
	return NULL;
}

int lab_leak(struct lab_mode *mode, unsigned long size, gfp_t gfp)
{
	int err = mode->leak(size, gfp);

	if (err)
		return err;
	atomic_long_inc(&mode->objects);
	atomic_long_add(mode->leak == leak_pages ? PAGE_SIZE << size : size, &mode->bytes);
	return 0;
}

int lab_modes_truth(char *buf, int room)
{
	int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		n += scnprintf(buf + n, room - n, "%s %ld\n%s_bytes %ld\n", modes[i].name,
			       atomic_long_read(&modes[i].objects), modes[i].name,
			       atomic_long_read(&modes[i].bytes));
	return n + scnprintf(buf + n, room - n, "chains %ld\n", atomic_long_read(&chains));
}

static void island_constructor(void *object)
{
	memset(object, 0, OBJECT_BYTES);
}

int lab_modes_init(void)
{
	sessions = kmem_cache_create("lab_session", OBJECT_BYTES, 0, SLAB_HWCACHE_ALIGN, NULL);
	ledgers = kmem_cache_create("lab_ledger", OBJECT_BYTES, 0, SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT, NULL);
	islands = kmem_cache_create("lab_island", OBJECT_BYTES, 0, SLAB_HWCACHE_ALIGN, island_constructor);
	/* An odd size: seldom merged, so the row keeps its own name or takes a neighbour's. */
	routes = kmem_cache_create("lab_route", 696, 0, SLAB_HWCACHE_ALIGN, NULL);
	return sessions && ledgers && islands && routes ? 0 : -ENOMEM;
}

void lab_modes_exit(void)
{
	/* The caches stay: they hold lost objects, and destroying such a cache warns. */
}
