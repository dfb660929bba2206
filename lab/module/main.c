// SPDX-License-Identifier: GPL-2.0
/*
 * kmai_lab: real memory leaks, made to order, with a truthful account of each.
 * For virtual machines that are thrown away; what it loses is lost until reboot.
 *
 *   leak   (write)  burst MODE COUNT [SIZE]
 *                   rate MODE N[.NNN] [SIZE]           N objects a second
 *                   every K packet|fork|open MODE [SIZE]
 *                   hold                               objects that are held from one place only, see held.c
 *                   stop
 *   truth  (read)   "name value" lines; a tool under test never reads it
 *   fib6=1 (load)   put the leak of the seed back, see fib6.c
 *
 * SIZE is in bytes; for pages it is the order.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "lab.h"

static const char *const event_names[LAB_EVENTS] = { "packet", "fork", "open" };

static int burst(struct lab_mode *mode, unsigned long count, unsigned long size)
{
	int err = 0;

	while (count-- && !err) {
		err = lab_leak(mode, size, GFP_KERNEL);
		cond_resched();
	}
	return err;
}

/* "0.5" → 500; cuts the text at the point */
static int parse_milli(char *text, u64 *milli)
{
	char fraction[4] = "000", *point = strchr(text, '.');
	unsigned int whole, thousandths;
	int i;

	if (point)
		*point = 0;
	for (i = 0; point && i < 3 && point[i + 1]; i++)
		fraction[i] = point[i + 1];
	if (kstrtouint(text, 10, &whole) || kstrtouint(fraction, 10, &thousandths))
		return -EINVAL;
	*milli = whole * 1000ULL + thousandths;
	return *milli ? 0 : -EINVAL;
}

static int leak_set(const char *text, const struct kernel_param *param)
{
	char verb[8], name[16], word[16];
	unsigned long count = 0, size = 0;
	u64 milli;
	int event;

	if (sscanf(text, "%7s", verb) != 1)
		return -EINVAL;
	if (!strcmp(verb, "stop")) {
		lab_stop();
		return 0;
	}
	if (!strcmp(verb, "hold"))
		return lab_hold();
	if (!strcmp(verb, "every")) {
		if (sscanf(text, "every %lu %15s %15s %lu", &count, word, name, &size) < 3 || !count)
			return -EINVAL;
		event = match_string(event_names, LAB_EVENTS, word);
		if (event < 0 || !lab_mode(name))
			return -EINVAL;
		return lab_every(event, count, lab_mode(name), size);
	}
	if (sscanf(text, "%*s %15s %15s %lu", name, word, &size) < 2 || !lab_mode(name))
		return -EINVAL;
	if (!strcmp(verb, "rate"))
		return parse_milli(word, &milli) ?: lab_rate(lab_mode(name), size, milli);
	if (!strcmp(verb, "burst"))
		return kstrtoul(word, 10, &count) ?: burst(lab_mode(name), count, size);
	return -EINVAL;
}

static int truth_get(char *buf, const struct kernel_param *param)
{
	int n = lab_fib6_truth(buf, PAGE_SIZE);

	n += lab_modes_truth(buf + n, PAGE_SIZE - n);
	n += lab_hold_truth(buf + n, PAGE_SIZE - n);
	return n + lab_drivers_truth(buf + n, PAGE_SIZE - n);
}

static const struct kernel_param_ops leak_ops = { .set = leak_set };
static const struct kernel_param_ops truth_ops = { .get = truth_get };
module_param_cb(leak, &leak_ops, NULL, 0200);
module_param_cb(truth, &truth_ops, NULL, 0444);

static int __init lab_init(void)
{
	return lab_modes_init() ?: lab_fib6_init();
}

static void __exit lab_exit(void)
{
	lab_drivers_exit();
	lab_hold_exit();
	lab_fib6_exit();
	lab_modes_exit();
}

module_init(lab_init);
module_exit(lab_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("real memory leaks, made to order, for a lab");
