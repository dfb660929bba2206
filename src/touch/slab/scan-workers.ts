/**
 * The pass over memory on several threads, for dumps where unpacking takes seconds. Each worker opens the dump
 * for itself and takes one block of frames after another; the tables are shared, the edges of a block come back
 * as one array.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openBytes } from '../../host/bytes.ts';
import { BadDump } from '../damage.ts';
import { openImage } from '../memory/dump.ts';
import { pageSize } from '../memory/image.ts';
import { blockFrames, type Edges, mostEdges, streamPages } from './blocks.ts';
import { edgeCollector, pointerScan, type PointerTables, scanned } from './pointers.ts';

/** Pages to unpack from which on starting workers pays: a second of it. */
export const worthPages = 100_000;
const mostWorkers = 8;

interface Job {
  readonly path: string;
  readonly frames: number;
  readonly tables: Omit<PointerTables, 'liveFrom'> & { readonly liveFrom: readonly (readonly [number, number])[] };
  /** Number of the next block, shared. */
  readonly next: Int32Array;
}

type Message =
  | { readonly block: number; readonly edges: Uint32Array<ArrayBuffer> }
  | { readonly error: string }
  | { readonly damage: readonly (readonly [string, number])[] };

/** Built, the worker is a file of its own beside the others; from source it is this one. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? import.meta.url : 'touch-worker.js', import.meta.url);
}

/** @throws BadDump where a worker can't read the dump, or there are more edges than fit */
export async function scanInWorkers(
  path: string,
  frames: number,
  tables: PointerTables,
  onProgress: (done: number) => void,
  onDamage: (kind: string, pages: number) => void,
): Promise<Edges> {
  const count = Math.ceil(frames / blockFrames);
  const blocks: Uint32Array[] = Array.from({ length: count }, () => new Uint32Array(0));
  const job: Job = { path, frames, tables: { ...tables, liveFrom: [...tables.liveFrom] }, next: new Int32Array(new SharedArrayBuffer(4)) };
  const workers = Array.from(
    { length: Math.min(mostWorkers, availableParallelism(), count) },
    () => new Worker(workerFile(), { workerData: job }),
  );
  let done = 0;
  let edges = 0;
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.on('message', (message: Message) => {
              if ('error' in message) return reject(new BadDump(path, message.error));
              if ('damage' in message) {
                for (const [kind, pages] of message.damage) onDamage(kind, pages);
                return;
              }
              blocks[message.block] = message.edges;
              edges += message.edges.length;
              if (edges > mostEdges) reject(new BadDump('orphans', `more than ${mostEdges} pointers between objects`));
              onProgress(++done / count);
            });
            worker.once('error', reject);
            worker.once('exit', () => resolve());
          }),
      ),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  if (done !== count) throw new BadDump(path, `${count} blocks of memory expected from the workers, ${done} came back`);
  return { blocks };
}

function work(job: Job): void {
  const port = parentPort!;
  const opened = openBytes(job.path);
  if (!opened.ok) return port.postMessage({ error: opened.unavailable.detail } satisfies Message);
  const image = openImage(opened.value);
  const tables = { ...job.tables, liveFrom: new Map(job.tables.liveFrom) };
  const edgesOf = edgeCollector(tables);
  const scan = pointerScan(tables, edgesOf);
  const buffer = Buffer.alloc(streamPages * pageSize);
  const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4);
  const wanted = scanned(tables);
  const look = (frames: Uint32Array, pages: number): void => {
    for (let i = 0; i < pages; i++) scan(words, i * 1024, frames[i]!);
  };
  const count = Math.ceil(job.frames / blockFrames);
  for (let block = Atomics.add(job.next, 0, 1); block < count; block = Atomics.add(job.next, 0, 1)) {
    image.stream(block * blockFrames, Math.min(job.frames, (block + 1) * blockFrames), buffer, look, wanted);
    const edges = edgesOf.take();
    port.postMessage({ block, edges } satisfies Message, [edges.buffer]);
  }
  port.postMessage({ damage: [...image.damage] } satisfies Message);
  image.close();
}

if (!isMainThread && (workerData as Partial<Job> | null)?.tables !== undefined) work(workerData as Job);
