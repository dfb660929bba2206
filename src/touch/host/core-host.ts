import type { Completed, Host } from '../../host/host.ts';
import { available, Malformed, type Reading, unavailable } from '../../model/reading.ts';
import { BadDump, Meaningless, Unmapped } from '../damage.ts';
import { type Core, readSlabs, type SlabView } from '../vmcore.ts';
import { fibRules } from './fib-rules.ts';
import { fib6Routes } from './fib6-routes.ts';
import { nftRuleset } from './nf-tables.ts';
import { kernelLog } from './printk.ts';
import { dumpTime, procFiles, slabEntries, slabFlag } from './proc-files.ts';
import { structs } from './structs.ts';

const help = 'examine the machine itself, or give a capture of it beside the dump';

/**
 * A dump as a host: what is asked of /proc, /sys, `ip rule`, `nft` and `dmesg` is answered out of the kernel's
 * memory, so that everything that examines a machine examines a dump. One moment; time stands still.
 */
export function coreHost(core: Core, slabs?: SlabView): Host {
  const { kernel, flaws, path } = core;
  const given = structs(kernel, flaws);
  let known = slabs;
  const view = (): SlabView => (known ??= readSlabs(core));
  const files = procFiles(kernel, given, view);
  const commands = new Map<string, () => string>([
    ['ip -d -j -4 rule show', () => fibRules(given, 4)],
    ['ip -d -j -6 rule show', () => fibRules(given, 6)],
    ['ip -j -6 route show table all', () => fib6Routes(given)],
    ['nft -j list ruleset', () => nftRuleset(given)],
    ['uname -m', () => 'x86_64\n'], // the only one that dumps are read of
    ['dmesg', () => kernelLog(kernel, given)],
  ]);

  function answer(what: string, make: (() => string) | undefined): Reading<string> {
    if (make === undefined) return unavailable(what, 'absent', 'not to be had from a dump', help);
    try {
      return available(make());
    } catch (error) {
      if (!(error instanceof Meaningless || error instanceof Unmapped || error instanceof BadDump || error instanceof Malformed))
        throw error;
      return unavailable(what, error instanceof Meaningless ? 'absent' : 'malformed', error.message, help);
    }
  }

  function read(wanted: string): Reading<string> {
    const flag = wanted.startsWith('/sys/kernel/slab/') ? slabFlag(view(), wanted) : undefined;
    return flag === undefined ? answer(wanted, files.get(wanted)) : available(flag);
  }
  const time = answer('time', () => String(dumpTime(kernel, given).now));

  return {
    kind: 'folder',
    origin: path,
    read,
    readBytes(wanted) {
      const text = read(wanted);
      return text.ok ? available(Buffer.from(text.value)) : text;
    },
    list: (folder) =>
      folder === '/sys/kernel/slab' ? available(slabEntries(view())) : unavailable(folder, 'absent', 'not to be had from a dump', help),
    async run(argv): Promise<Reading<Completed>> {
      const text = answer(argv.join(' '), commands.get(argv.join(' ')));
      return text.ok ? available({ code: 0, stdout: text.value, stderr: '' }) : text;
    },
    clock: { now: () => (time.ok ? Number(time.value) : 0), wait: async () => false },
    defects: [...kernel.image.damage].map(([kind, count]) => `${count} ${kind}`),
    close: async () => kernel.image.close(),
  };
}
