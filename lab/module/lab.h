/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMAI_LAB_H
#define KMAI_LAB_H

#include <linux/atomic.h>
#include <linux/types.h>

/* A way to lose memory.  leak() loses exactly one object, or fails. */
struct lab_mode {
	const char *name;
	int (*leak)(unsigned long size, gfp_t gfp);
	bool may_be_atomic;	/* leak() works in softirq with GFP_ATOMIC */
	atomic_long_t objects;	/* the truth: lost so far */
	atomic_long_t bytes;	/* as asked for, not as rounded up by the allocator */
};

enum lab_event { LAB_PACKET, LAB_FORK, LAB_OPEN, LAB_EVENTS };

/* modes.c */
struct lab_mode *lab_mode(const char *name);
int lab_leak(struct lab_mode *mode, unsigned long size, gfp_t gfp);
int lab_modes_init(void);
void lab_modes_exit(void);
int lab_modes_truth(char *buf, int room);

/* drivers.c: what makes a leak happen */
int lab_rate(struct lab_mode *mode, unsigned long size, u64 milli_per_second);
int lab_every(enum lab_event event, unsigned long k, struct lab_mode *mode, unsigned long size);
void lab_stop(void);
void lab_drivers_exit(void);
int lab_drivers_truth(char *buf, int room);

/* held.c: what is held and not lost */
int lab_hold(void);
void lab_hold_exit(void);
int lab_hold_truth(char *buf, int room);

/* fib6.c */
int lab_fib6_init(void);
void lab_fib6_exit(void);
int lab_fib6_truth(char *buf, int room);

#endif
