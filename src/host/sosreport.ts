import { available, unavailable } from '../model/reading.ts';
import type { Reading } from '../model/reading.ts';
import { oneMoment, reads } from './folder.ts';
import type { Entry, Host } from './host.ts';
import { sameCommands, sosName } from './sos-names.ts';
import type { Tree } from './tree.ts';

/** Whether a tree is the root of a sosreport. */
export function isSosreport(tree: Tree): boolean {
  return tree.list('/sos_commands').ok;
}

/**
 * A sosreport: files at their own paths, commands under `sos_commands/<plugin>/`. It is one moment.
 * @param tree its root, the folder that holds `sos_commands`
 * @param written when its file was written, unix seconds: the time where the report itself tells none
 */
export function sosreportHost(tree: Tree, origin: string, written: number, defects: readonly string[] = []): Host {
  const outputs = commandOutputs(tree);
  const direct = reads(tree);

  function output(argv: readonly string[]): string | null {
    for (const same of sameCommands(argv)) {
      const path = outputs.get(sosName(same));
      const text = path === undefined ? null : direct.read(path);
      if (text?.ok === true) return text.value;
    }
    return null;
  }

  return {
    kind: 'sosreport',
    origin,
    ...direct,
    list(path) {
      const listing = tree.list(path);
      return listing.ok || path !== slabFolder ? listing : (slabListing(output(['ls', '-lt', slabFolder])) ?? listing);
    },
    run: async (argv) => {
      const stdout = output(argv) ?? derived(argv, outputs, output, direct.read);
      // sos keeps neither exit code nor stderr; the output of a program that is missing it does not keep at all.
      if (stdout !== null) return available({ code: 0, stdout, stderr: '' });
      return unavailable(argv.join(' '), 'absent', `no ${sosName(argv)} below sos_commands`);
    },
    clock: oneMoment(timeOf(direct.read) ?? written),
    defects,
    close: async () => {},
  };
}

/** Path of each command's output by sos's name for it; of two plugins that ran the same the first. */
function commandOutputs(tree: Tree): ReadonlyMap<string, string> {
  const outputs = new Map<string, string>();
  const plugins = tree.list('/sos_commands');
  for (const plugin of plugins.ok ? plugins.value : []) {
    const files = tree.list(`/sos_commands/${plugin.name}`);
    for (const { name, kind } of files.ok ? files.value : []) {
      if (kind !== 'folder' && !outputs.has(name)) outputs.set(name, `/sos_commands/${plugin.name}/${name}`);
    }
  }
  return outputs;
}

/** What can be had from the output of another command without guessing. */
function derived(
  argv: readonly string[],
  outputs: ReadonlyMap<string, string>,
  output: (argv: readonly string[]) => string | null,
  read: Host['read'],
): string | null {
  const command = argv.join(' ');
  if (command === 'uname -r') {
    const release = output(['uname', '-a'])?.split(' ')[2];
    return release === undefined ? null : `${release}\n`;
  }
  // iproute2 names the table of each route of `table all`, but for the main one.
  const routes = /^ip(?: -([46]))? route(?: show| list)?$/.exec(command);
  if (routes !== null) {
    const family = routes[1] === '6' ? ['-6'] : [];
    const all = output(['ip', ...family, 'route', 'show', 'table', 'all']);
    return all === null ? null : all.replaceAll(/^.* table \S.*\n?/gm, '');
  }
  if (command === 'rpm -qa') {
    // "sh -c rpm --nodigest -qa --qf …": each line a package padded to 59 columns and the day of its installation
    const name = [...outputs.keys()].find((one) => /^sh_-c_rpm_.*-qa/.test(one));
    const listed = name === undefined ? null : read(outputs.get(name)!);
    return listed?.ok === true ? listed.value.replaceAll(/[ \t].*$/gm, '') : null;
  }
  return null;
}

const slabFolder = '/sys/kernel/slab';

/** sos does not copy /sys/kernel/slab but lists it (`ls -lt`): enough to see which caches are merged. */
function slabListing(listing: string | null): Reading<readonly Entry[]> | null {
  if (listing === null) return null;
  const entries = listing.split('\n').flatMap((line): Entry[] => {
    const [, type, name, target] = /^([dl])\S+\s+\d+\s+\S+\s+\S+\s+\d+\s+\S+\s+\d+\s+[\d:]+ (.+?)(?: -> (.+))?$/.exec(line) ?? [];
    if (name === undefined) return [];
    return type === 'l' ? [{ name, kind: 'link', ...(target === undefined ? {} : { target }) }] : [{ name, kind: 'folder' }];
  });
  return entries.length === 0 ? null : available(entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
}

/** When the report was made, by what it says itself. */
function timeOf(read: Host['read']): number | null {
  for (const path of ['/sos_commands/date/date_--utc', '/sos_commands/date/date', '/sos_commands/general/date', '/date']) {
    const text = read(path);
    // A zone other than UTC has no meaning without its machine (EST is two of them).
    const seconds = text.ok && /\b(?:UTC|GMT)\b/.test(text.value) ? Date.parse(text.value.trim()) / 1000 : Number.NaN;
    if (Number.isFinite(seconds)) return seconds;
  }
  return null;
}
