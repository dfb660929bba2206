import * as z from 'zod';

/** One arm of an experiment: a stimulus, and at whom. */
export const armSchema = z.strictObject({
  /** udp6-off-link, open, run:…; the id that signs of the casebook name. */
  stimulus: z.string().min(1).max(4096),
  /** Named by the operator; nothing is sent to any other. */
  address: z.exactOptional(z.string()),
  port: z.exactOptional(z.int().min(1).max(65_535)),
});
export type Arm = z.infer<typeof armSchema>;

/** An experiment as it can be saved and run again: which arms, how much of each, and when to stop. */
export const protocolSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  /** The alias whose objects are counted. */
  cache: z.string().min(1),
  arms: z.array(armSchema).min(1).max(16),
  /** Events of each arm, over all rounds. */
  events: z.int().min(8).max(10_000_000).default(2000),
  /** Each arm's bursts; half before the washout, half after it. */
  rounds: z.int().min(4).max(64).default(8),
  /** Seconds after each burst until it is counted: objects that are freed wait for RCU and for timers. */
  settle_seconds: z.number().min(0).max(600).default(0.5),
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  /** Objects per event below which nothing is convicted, whatever its p. */
  least: z.number().min(0).max(1000).default(0.05),
  /** Half an interval, in objects per event, at which an arm is known well enough: rounds beyond that are left out. 0: none are. */
  enough: z.number().min(0).max(1000).default(0.02),
  stop: z
    .strictObject({
      /** Of MemAvailable. */
      memory_floor_bytes: z
        .int()
        .min(0)
        .default(64 * 1024 * 1024),
      /** PSI: percent of the last ten seconds in which some task waited for memory. */
      pressure_percent: z.number().min(0).max(100).default(40),
      seconds: z.number().min(1).max(86_400).default(300),
    })
    .prefault({}),
});
export type Protocol = z.infer<typeof protocolSchema>;
/** As it is written down: what is left out has its default. */
export type ProtocolText = z.input<typeof protocolSchema>;
