import type { Pausable } from '../host/freeze.ts';
import type { Host } from '../host/host.ts';
import { available, type Reading } from '../model/reading.ts';
import { sparedByName } from './spared.ts';

export interface Process {
  readonly pid: number;
  /** The name its thread gave itself: Node's is MainThread. */
  readonly comm: string;
  /** The file it was started as, without its folder; '' where it can't be read. */
  readonly program: string;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** The path in the cgroup v2 hierarchy. */
  readonly cgroup: string;
  readonly kernel: boolean;
}

export interface Candidates {
  readonly candidates: readonly Pausable[];
  readonly spared: readonly { readonly name: string; readonly why: string }[];
}

export interface CandidateOptions {
  /** Services as wholes, by their cgroup; otherwise process by process. */
  readonly units: boolean;
  /** Only these pids or units; all that may be paused when left out. */
  readonly only?: readonly string[] | undefined;
  readonly exclude: readonly string[];
  /** The folder of the cgroup v2 hierarchy; null where there is none. */
  readonly cgroup2: string | null;
}

const PF_KTHREAD = 0x0020_0000;

export function parseStat(text: string): Omit<Process, 'cgroup' | 'program'> | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const fields = text.slice(close + 2).split(' ');
  const [pid, parent, group, flags] = [text.slice(0, open), fields[1], fields[2], fields[6]].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  if (![pid, parent, group, flags].every(Number.isSafeInteger)) return null;
  return { pid, comm: text.slice(open + 1, close), state: fields[0]!, parent, group, kernel: (flags & PF_KTHREAD) !== 0 || pid === 2 };
}

export function readProcesses(host: Host): Reading<readonly Process[]> {
  const folders = host.list('/proc');
  if (!folders.ok) return folders;
  const found = folders.value.flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = host.read(`/proc/${name}/stat`);
    const parsed = stat.ok ? parseStat(stat.value) : null;
    if (parsed === null) return [];
    const cgroup = host.read(`/proc/${name}/cgroup`);
    const cmdline = host.read(`/proc/${name}/cmdline`);
    const program = cmdline.ok ? (cmdline.value.split('\0')[0]!.split(' ')[0]!.split('/').at(-1) ?? '') : '';
    return [{ ...parsed, program, cgroup: (cgroup.ok ? /^0::(.*)$/m.exec(cgroup.value)?.[1] : undefined) ?? '' }];
  });
  return available(found);
}

/** Pure: who may be paused, and who is spared and why. @param self our own pid */
export function candidatesOf(processes: readonly Process[], self: number, options: CandidateOptions): Candidates {
  const byPid = new Map(processes.map((each) => [each.pid, each]));
  const line = new Set<number>([self]);
  for (let at = byPid.get(self); at !== undefined && !line.has(at.parent); at = byPid.get(at.parent)) line.add(at.parent);
  const ownGroup = byPid.get(self)?.group;
  const why = (one: Process): string | null => {
    if (one.pid === 1) return 'init';
    if (line.has(one.pid)) return 'kmai and its ancestors';
    if (descends(one, self, byPid) || one.group === ownGroup) return 'kmai itself';
    // Stopped by someone else, or dead: we could not give back what we did not take.
    if (!['R', 'S', 'D', 'I'].includes(one.state)) return 'stopped already';
    if ([String(one.pid), one.comm, one.program].some((name) => options.exclude.includes(name))) return 'excluded';
    return sparedByName(one.comm) ?? sparedByName(one.program);
  };
  const people = processes.filter(({ kernel }) => !kernel);
  return options.units && options.cgroup2 !== null ? units(people, why, options, options.cgroup2) : pids(people, why, options);
}

function descends(one: Process, self: number, byPid: ReadonlyMap<number, Process>): boolean {
  const seen = new Set<number>();
  for (let at: Process | undefined = one; at !== undefined && !seen.has(at.pid); at = byPid.get(at.parent)) {
    if (at.parent === self) return true;
    seen.add(at.pid);
  }
  return false;
}

function pids(people: readonly Process[], why: (one: Process) => string | null, { only }: CandidateOptions): Candidates {
  const wanted = people.filter(({ pid }) => only === undefined || only.includes(String(pid)));
  const judged = wanted.map((one) => ({ name: `${one.program || one.comm}[${one.pid}]`, pids: [one.pid], cgroup: null, why: why(one) }));
  return parted(judged);
}

/** A unit is spared whole when one of its processes is. */
function units(people: readonly Process[], why: (one: Process) => string | null, options: CandidateOptions, cgroup2: string): Candidates {
  const groups = Map.groupBy(
    people.filter(({ cgroup }) => /\.(service|scope)$/.test(cgroup)),
    ({ cgroup }) => cgroup,
  );
  const judged = [...groups].flatMap(([cgroup, members]) => {
    const name = cgroup.slice(cgroup.lastIndexOf('/') + 1);
    if (options.only !== undefined && !options.only.includes(name)) return [];
    const bare = name.replace(/\.(service|scope)$/, '');
    const reason = options.exclude.includes(name) || options.exclude.includes(bare) ? 'excluded' : sparedByName(bare);
    return [
      {
        name,
        pids: members.map(({ pid }) => pid),
        cgroup: cgroup2 + cgroup,
        why: reason ?? members.map(why).find((each) => each !== null) ?? null,
      },
    ];
  });
  return parted(judged);
}

function parted(judged: readonly (Pausable & { readonly why: string | null })[]): Candidates {
  return {
    candidates: judged.filter((each) => each.why === null).map(({ name, pids, cgroup }) => ({ name, pids, cgroup })),
    spared: judged.flatMap(({ name, why }) => (why === null ? [] : [{ name, why }])),
  };
}
