import type { Host } from '../../host/host.ts';
import type { FactValue } from '../../model/facts.ts';
import { available, Malformed, unavailable } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { command, firstOf, lines, type Place } from '../places.ts';

type Service = FactValue<'services'>[number];

/** systemd's services. Where systemd cannot be asked, the cgroups of those that run still stand in /sys/fs/cgroup. */
export const services: Question<'services'> = {
  id: 'services',
  ask: (host) =>
    firstOf<'services'>(
      command(host, ['systemctl', 'list-units', '--type=service', '--all', '--no-legend', '--plain'], 'ask on the host itself', parseUnits),
      command(host, ['systemctl', 'list-units', '--all'], 'ask on the host itself', parseUnits),
      command(host, ['systemctl', 'list-units'], 'ask on the host itself', parseUnits),
      inCgroups(host, '/sys/fs/cgroup/system.slice'),
      inCgroups(host, '/sys/fs/cgroup/systemd/system.slice'),
    ),
};

/** `UNIT LOAD ACTIVE SUB DESCRIPTION`, a dot or star before the unit where it is in trouble, a heading and a legend around. */
export function parseUnits(text: string): Service[] {
  const found: Service[] = [];
  for (const [index, line] of lines(text).entries()) {
    const columns = line.replace(/^[\s●*○×↻]+/, '').split(/\s+/);
    const [unit, load, active, sub] = columns;
    if (unit?.endsWith('.service') !== true) continue;
    if (load === undefined || active === undefined || sub === undefined || sub === '')
      throw new Malformed(index + 1, 'UNIT LOAD ACTIVE SUB', line);
    found.push({ unit, active, sub });
  }
  if (found.length === 0 && text.trim() !== '' && !/\bUNIT\b|\.[a-z]+ /.test(text)) throw new Malformed(1, 'UNIT LOAD ACTIVE SUB', text);
  return found;
}

/** A service with a cgroup has processes; those that do not run are not seen here. */
function inCgroups(host: Host, folder: string): Place<Service[]> {
  return {
    from: folder,
    read: () => {
      const entries = host.list(folder);
      if (!entries.ok) return entries;
      const units = entries.value.filter((entry) => entry.kind === 'folder' && entry.name.endsWith('.service'));
      if (units.length === 0) return unavailable(folder, 'absent', 'no service has a cgroup there');
      return available(units.map((entry) => ({ unit: entry.name, active: 'active', sub: '' })));
    },
  };
}
