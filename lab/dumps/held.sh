# Objects that are held from one place only: a stack, the callbacks of a grace period that does not end,
# what kfree_rcu() collects, per-CPU memory.
leak_module && leak hold
