/**
 * The pass over memory on more threads than this one, for dumps where unpacking takes long. Each worker opens the
 * dump for itself; all threads take one block of frames after another; the tables are shared, the edges of a block
 * come back as one array.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openBytes } from '../../host/bytes.ts';
import { BadDump } from '../damage.ts';
import { openImage } from '../memory/dump.ts';
import { blockScan, blocksLeft } from './blocks.ts';
import type { PointerTables } from './pointers.ts';

/** Pages to unpack from which on a worker pays, where there is a processor for it: it starts in the time of some thousands. */
export const worthPages = availableParallelism() > 1 ? 16_384 : Number.POSITIVE_INFINITY;
const mostWorkers = 7;

interface Job {
  readonly path: string;
  readonly frames: number;
  readonly tables: PointerTables;
  /** Number of the next block, shared. */
  readonly next: Int32Array;
}

type Message =
  | { readonly block: number; readonly edges: Uint32Array<ArrayBuffer> }
  | { readonly error: string }
  | { readonly damage: readonly (readonly [string, number])[] };

/** Threads that scan beside this one. */
export interface Helpers {
  /** When no block is left for them: why one of them failed, if it did. */
  readonly done: Promise<BadDump | undefined>;
  /** Ends them, wherever they are. */
  stop(): Promise<void>;
}

/** Built, the worker is a file of its own beside the others; from source it is this one. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? import.meta.url : 'touch-worker.js', import.meta.url);
}

/**
 * Starts a worker for each other processor, one at least. They take blocks as this thread does, by `next`.
 * @param onBlock gets the edges of a block that one of them scanned
 * @param onDamage gets what they met of damage in the dump
 */
export function scanBeside(
  path: string,
  frames: number,
  tables: PointerTables,
  next: Int32Array,
  onBlock: (block: number, edges: Uint32Array) => void,
  onDamage: (kind: string, pages: number) => void,
): Helpers {
  const job: Job = { path, frames, tables, next };
  const count = Math.min(mostWorkers, Math.max(1, availableParallelism() - 1));
  const workers = Array.from({ length: count }, () => new Worker(workerFile(), { workerData: job }));
  const ends = workers.map(
    (worker) =>
      new Promise<BadDump | undefined>((resolve) => {
        let failed: BadDump | undefined;
        worker.on('message', (message: Message) => {
          if ('error' in message) failed = new BadDump(path, message.error);
          else if ('damage' in message) for (const [kind, pages] of message.damage) onDamage(kind, pages);
          else onBlock(message.block, message.edges);
        });
        worker.once('error', (error) => {
          failed = new BadDump(path, `a worker: ${error.message}`);
        });
        worker.once('exit', () => resolve(failed));
      }),
  );
  return {
    done: Promise.all(ends).then((all) => all.find((one) => one !== undefined)),
    async stop() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function work({ path, frames, tables, next }: Job): void {
  const port = parentPort!;
  const opened = openBytes(path);
  if (!opened.ok) return port.postMessage({ error: opened.unavailable.detail } satisfies Message);
  const image = openImage(opened.value);
  const scan = blockScan(image, tables);
  for (const block of blocksLeft(next, frames)) {
    const edges = scan(block);
    port.postMessage({ block, edges } satisfies Message, [edges.buffer]);
  }
  port.postMessage({ damage: [...image.damage] } satisfies Message);
  image.close();
}

if (!isMainThread && (workerData as Partial<Job> | null)?.tables !== undefined) work(workerData as Job);
