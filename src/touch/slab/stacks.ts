import { type Flaws, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import type { Alive, Part } from './pointers.ts';
import { type Slabs, use } from './slabs.ts';

const mostTasks = 1 << 20;
const mostStackPages = 64;

/**
 * Stacks are full of pointers to what is long gone. Of a task that does not run, what lies below its saved
 * stack pointer is dead; of stacks kept for the next fork, everything. Only stacks from vmalloc
 * (CONFIG_VMAP_STACK) tell where they are.
 */
export function liveStacks(kernel: Kernel, slabs: Slabs, found: Flaws): Alive {
  const alive = new Map<number, Part>();
  if (
    kernel.image.live ||
    !kernel.has('task_struct', 'stack_vm_area') ||
    !kernel.has('task_struct', 'thread.sp') ||
    !kernel.has('task_struct', 'on_cpu')
  )
    return alive;
  const { memory } = kernel;
  const task = (path: string): bigint => BigInt(kernel.offset('task_struct', path));
  const [areaAt, pointerAt, runsAt] = [task('stack_vm_area'), task('thread.sp'), task('on_cpu')];
  const pagesAt = BigInt(kernel.offset('vm_struct', 'nr_pages'));
  const addressAt = BigInt(kernel.offset('vm_struct', 'addr'));

  /** Buries a stack below an address; all of it where that is undefined. */
  function bury(area: bigint, below: bigint | undefined): void {
    const count = memory.u32(area + pagesAt);
    const start = memory.u64(area + addressAt);
    if (count > mostStackPages) return found.add(area, `a stack of ${count} pages`);
    for (let page = 0; page < count; page++) {
      const address = start + BigInt(page * pageSize);
      if (below !== undefined && (below < start || address >= below)) break;
      const frame = Math.floor(memory.physical(address) / pageSize);
      if (frame < 0 || frame >= slabs.frames || slabs.usedFor[frame] !== use.kernel) continue;
      alive.set(frame, { from: below === undefined ? pageSize : Math.min(pageSize, Number(below - address) & ~7), to: pageSize });
    }
  }

  for (const own of tasks(kernel, found)) {
    try {
      const area = memory.u64(own + areaAt);
      if (area !== 0n && memory.u32(own + runsAt) === 0) bury(area, memory.u64(own + pointerAt));
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
      found.add(error.address, `the stack of the task at 0x${own.toString(16)}: ${error.message}`, error.leftOut);
    }
  }
  const cached = kernel.symbols.address('cached_stacks');
  if (cached === undefined) return alive;
  for (const cpu of kernel.cpus)
    for (let i = 0; i < 2; i++) {
      // NR_CACHED_STACKS (kernel/fork.c)
      try {
        const area = memory.u64(kernel.perCpu(cached, cpu) + BigInt(i * 8));
        if (area !== 0n) bury(area, undefined);
      } catch (error) {
        if (!(error instanceof Unmapped)) throw error; // the area of a CPU that never came up
      }
    }
  return alive;
}

/** Every thread of every process. */
export function* tasks(kernel: Kernel, found: Flaws): Generator<bigint> {
  const init = kernel.symbols.address('init_task');
  if (init === undefined) return;
  const tasksAt = kernel.offset('task_struct', 'tasks');
  const nodeAt = kernel.offset('task_struct', 'thread_node');
  const signalAt = BigInt(kernel.offset('task_struct', 'signal'));
  const headAt = BigInt(kernel.offset('signal_struct', 'thread_head'));
  for (const leader of kernel.list(init + BigInt(tasksAt), tasksAt, mostTasks, found)) {
    try {
      yield* kernel.list(kernel.memory.u64(leader + signalAt) + headAt, nodeAt, mostTasks, found);
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
    }
  }
}
