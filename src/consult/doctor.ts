/**
 * `kmai doctor`: what kmai can see on this kernel. Known growth is planted (prime numbers, so that nothing else makes the
 * same), and each examination is asked how much it saw.
 */
import { withThisMachine } from './listen.ts';
import { type Plant, plant, type PlantKind } from '../host/plant.ts';
import type { Host } from '../host/host.ts';
import { engines, listen, type Listened } from '../listen/listen.ts';
import { activeObjects, resolveTarget } from '../listen/target.ts';
import type { EngineId } from '../listen/engine.ts';
import { progressText } from '../messages/progress.ts';
import type { Language } from '../messages/reasons.ts';

/** What is planted, the cache it grows, and a function that must be in the stack. */
const plots: readonly { readonly kind: PlantKind; readonly cache: string; readonly caller: string }[] = [
  { kind: 'files', cache: 'filp', caller: 'do_filp_open' },
  { kind: 'eventfds', cache: 'filp', caller: 'do_eventfd' },
  { kind: 'sockets', cache: 'sock_inode_cache', caller: '__sock_create' },
  { kind: 'watches', cache: 'inotify_inode_mark', caller: 'inotify_add_watch' },
];
const PLANTED = 2003;
const SECONDS = 2;
/** Shares of what was planted that may be missed or found too much: slabinfo counts slabs a CPU holds as used. */
const TRACED = 0.005;
const COUNTED = 0.25;

export interface DoctorFinding {
  readonly examination: 'look' | EngineId;
  readonly planted: PlantKind;
  readonly cache: string;
  readonly expected: number;
  /** null: it could not look at all. */
  readonly saw: number | null;
  /** `fails` counts against the exit code; `cannot` does not: this machine lacks what the examination needs. */
  readonly result: 'sees' | 'fails' | 'cannot';
  readonly detail: string;
}

/** Plants and looks, one plot after the other. The planted objects are gone when it returns. */
export async function examineItself(
  host: Host,
  onProgress: (text: string) => void,
  signal?: AbortSignal,
  language: Language = 'en',
): Promise<readonly DoctorFinding[]> {
  const findings: DoctorFinding[] = [];
  for (const plot of plots) {
    onProgress(progressText('planting', { count: PLANTED, kind: plot.kind }, language));
    findings.push(...(await examinePlot(host, plot, 'bpf', signal)));
  }
  for (const engine of engines.filter(({ id }) => id !== 'bpf')) {
    onProgress(progressText('listening_with', { engine: engine.id }, language));
    findings.push(...(await examinePlot(host, plots[1]!, engine.id, signal)).filter(({ examination }) => examination !== 'look'));
  }
  return findings;
}

async function examinePlot(
  host: Host,
  { kind, cache, caller }: (typeof plots)[number],
  engine: EngineId,
  signal: AbortSignal | undefined,
): Promise<readonly DoctorFinding[]> {
  const common = { planted: kind, cache, expected: PLANTED };
  const cannot = (examination: DoctorFinding['examination'], detail: string): DoctorFinding => ({
    ...common,
    examination,
    saw: null,
    result: 'cannot',
    detail,
  });
  const planted = await plant({ [kind]: PLANTED });
  if (!planted.ok) return [cannot('look', planted.unavailable.detail), cannot(engine, planted.unavailable.detail)];
  try {
    const target = resolveTarget(host, cache);
    const name = target.ok ? target.value.name : cache;
    const before = activeObjects(host, name);
    const heard = await listenWhileGrowing(host, cache, engine, planted.value, signal);
    const after = activeObjects(host, name);
    const counted = before === null || after === null ? null : after - before;
    const look: DoctorFinding =
      counted === null
        ? cannot('look', target.ok ? '/proc/slabinfo does not show it' : target.unavailable.detail)
        : { ...common, examination: 'look', saw: counted, result: near(counted, COUNTED), detail: `growth of ${name} by /proc/slabinfo` };
    if (heard.engine === null) {
      const refusal = heard.unavailable.at(-1);
      return [
        look,
        cannot(
          engine,
          refusal === undefined ? 'no engine' : `${refusal.what}: ${refusal.detail}${refusal.help === '' ? '' : ` (${refusal.help})`}`,
        ),
      ];
    }
    return [look, { ...common, examination: engine, ...traced(heard, planted.value.pid, caller) }];
  } finally {
    await planted.value.uproot();
  }
}

/** The window is open while the plant grows, and as long as it takes. */
async function listenWhileGrowing(
  host: Host,
  cache: string,
  engine: EngineId,
  planted: Plant,
  signal: AbortSignal | undefined,
): Promise<Listened> {
  const done = new AbortController();
  let growing: Promise<void> = Promise.resolve();
  const heard = await listen(host, {
    cache,
    seconds: SECONDS * 4,
    graceSeconds: 1,
    engine,
    budget: Number.POSITIVE_INFINITY,
    signal: signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]),
    onReady: () => {
      growing = planted.grow(SECONDS).finally(() => done.abort());
    },
  });
  await growing;
  return heard;
}

function traced(heard: Listened, pid: number, caller: string): Pick<DoctorFinding, 'saw' | 'result' | 'detail'> {
  const site = heard.callsites.find(({ stack }) => stack.some((frame) => frame.includes(caller)));
  const saw = site?.processes?.find((each) => each.pid === pid)?.count ?? site?.outstanding ?? 0;
  const first = heard.callsites[0] === site;
  const detail =
    site === undefined ? `no stack with ${caller}` : first ? `the first stack, with ${caller}` : `not the first stack, with ${caller}`;
  const lost = heard.losses?.overrun ?? 0;
  // What the kernel had to drop, and says so, is no failure of the examination: this machine is too busy for it.
  if (near(saw, TRACED) === 'fails' && saw < PLANTED && saw + lost >= (1 - TRACED) * PLANTED)
    return { saw, result: 'cannot', detail: `${detail}; the kernel dropped ${lost} events, it is too busy for this engine` };
  return { saw, result: near(saw, TRACED), detail };
}

function near(saw: number, share: number): 'sees' | 'fails' {
  return Math.abs(saw - PLANTED) <= share * PLANTED ? 'sees' : 'fails';
}

/** Plants known growth on this machine and asks every examination how much of it it sees. */
export function examineThisMachine(
  onProgress: (text: string) => void,
  signal?: AbortSignal,
  language: Language = 'en',
): Promise<readonly DoctorFinding[]> {
  return withThisMachine((host) => examineItself(host, onProgress, signal, language));
}
