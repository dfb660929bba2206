/** What may be said of a kernel stack from its symbols alone. Frames are `name+0x1f`, innermost first. */

/** Frames of the tracing itself: the program, the trampoline and the tracepoint that called it. */
const tracing =
  /^(bpf_prog_|bpf_trace_run|bpf_trampoline_|__bpf_trace_|__bpf_prog_|__traceiter_|trace_event_|trace_buffer_|perf_trace_|perf_tp_event|perf_swevent|perf_callchain|get_perf_callchain|stack_trace_save|__ftrace_trace_stack|ftrace_|__trace_stack|save_stack|set_track_prepare|__set_page_owner|kretprobe_|kprobe_|arch_rethook_)/;

/** Where an interrupt or a softirq came in: what lies outside is whoever happened to run. */
const interruption =
  /^(__do_softirq|handle_softirqs|__softirqentry_text_start|do_softirq_own_stack|asm_common_interrupt|asm_sysvec_\w+|common_interrupt|sysvec_\w+|el1_interrupt|el1h_64_irq\w*|__irq_exit_rcu|irq_exit_rcu)$/;

/** The function of a frame: without offset and module. */
export function functionOf(frame: string): string {
  const plus = frame.indexOf('+');
  const space = frame.indexOf(' ');
  const end = plus >= 0 ? plus : space >= 0 ? space : frame.length;
  return frame.slice(0, end);
}

/** Tracing's own frames stand within the innermost so many; further out a name like theirs is a real caller. */
const TRACING_DEPTH = 8;

/**
 * The stack without the frames of whatever traced it: all up to the last of them, since a program that was unloaded
 * meanwhile has no name any more.
 */
export function cleanStack(frames: readonly string[]): readonly string[] {
  return frames.slice(frames.slice(0, TRACING_DEPTH).findLastIndex((frame) => tracing.test(frame)) + 1);
}

/**
 * What makes two stacks the same path: the functions, up to where an interrupt came in. Compilers put one call at
 * several addresses and interrupts come in anywhere; neither makes another path.
 */
export function pathOf(frames: readonly string[]): string {
  const functions = frames.map(functionOf);
  const interrupted = functions.findIndex((name) => interruption.test(name));
  return (interrupted < 0 ? functions : functions.slice(0, interrupted + 1)).join(';');
}
