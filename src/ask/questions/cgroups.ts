import type { Host } from '../../host/host.ts';
import type { FactValue } from '../../model/facts.ts';
import { available, unavailable } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { firstOf, parsed, type Place } from '../places.ts';
import { parseMounts } from './mounts.ts';

/** Which cgroup hierarchies are in use, and which of them accounts memory. Documentation/admin-guide/cgroup-v2.rst */
export const cgroups: Question<'cgroups'> = {
  id: 'cgroups',
  ask: (host) => firstOf<'cgroups'>(mounted(host, '/proc/1/mounts'), mounted(host, '/proc/mounts')),
};

function mounted(host: Host, from: string): Place<FactValue<'cgroups'>> {
  return {
    from,
    read: () => {
      const reading = host.read(from);
      if (!reading.ok) return reading;
      const all = parsed(from, reading.value, parseMounts);
      if (!all.ok) return all;
      const v1 = all.value.filter((mount) => mount.type === 'cgroup');
      const v2 = all.value.find((mount) => mount.type === 'cgroup2');
      // Hybrid: v1 has the controllers and v2 only names; systemd and people call that version 1.
      const version = v1.length > 0 ? 1 : v2 === undefined ? 0 : 2;
      if (v1.some((mount) => mount.options.includes('memory'))) return available({ version, memoryController: 1 });
      if (v2 === undefined) return available({ version, memoryController: 0 });
      const path = `${v2.path}/cgroup.controllers`;
      const controllers = host.read(path);
      if (controllers.ok) return available({ version, memoryController: controllers.value.trim().split(' ').includes('memory') ? 2 : 0 });
      const listed = host.read('/proc/cgroups');
      const memory = listed.ok ? /^memory\s+(\d+)\s+\d+\s+([01])$/m.exec(listed.value) : null;
      if (memory === null)
        return unavailable(path, controllers.unavailable.reason, controllers.unavailable.detail, controllers.unavailable.help);
      // Column "hierarchy" is 0 for a controller of v2, "enabled" 0 with cgroup_disable=memory.
      return available({ version, memoryController: memory[2] === '1' && memory[1] === '0' ? 2 : 0 });
    },
  };
}
