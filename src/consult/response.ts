/** Where an alias's objects are counted on this machine: its own counter where that is exact, else its row of slabinfo. */
import type { Host } from '../host/host.ts';
import type { Response } from '../intervene/response.ts';
import { populations } from '../look/populations.ts';
import { readAliasGroups } from '../look/slab-aliases.ts';
import { readSource } from '../look/source.ts';
import { slabinfo } from '../look/sources/slabinfo.ts';
import { sourcesOf } from '../look/sources.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';

/** Of the network counters only this namespace's own are asked: what the experiment sends passes through it. */
export function responseOf(host: Host, alias: string): Reading<Response> {
  const slab = slabResponse(host, alias);
  const population = populations.find((each) => each.alias === alias && each.leavesOut === undefined && each.less === undefined);
  const source = population === undefined ? undefined : sourcesOf(host).find(({ id }) => id === population.source);
  if (population !== undefined && source !== undefined) {
    const read = (): number | null => {
      const found = readSource(host, source);
      if (!found.ok) return null;
      const row = found.value.names.indexOf(population.row);
      const value = row < 0 ? undefined : source.values(found.value)[row];
      return value === undefined || Number.isNaN(value) ? null : value * population.objectsPerUnit;
    };
    if (read() !== null)
      return available({
        alias,
        by: population.by,
        exact: true,
        lump: population.objectsPerUnit,
        objectBytes: slab.ok ? slab.value.objectBytes : null,
        read,
      });
  }
  return slab;
}

function slabResponse(host: Host, alias: string): Reading<Response> {
  const found = readSource(host, slabinfo);
  if (!found.ok) return found;
  const groups = readAliasGroups(host);
  const names = groups.ok ? (groups.value.find((group) => group.names.includes(alias))?.names ?? [alias]) : [alias];
  const name = names.find((each) => found.value.names.includes(each));
  if (name === undefined)
    return unavailable(
      `the slab cache ${alias}`,
      'absent',
      'neither a row of /proc/slabinfo nor an alias in /sys/kernel/slab',
      '`kmai touch caches` has the names',
    );
  const { sizes, names: rows } = found.value;
  const at = rows.indexOf(name);
  return available({
    alias,
    by: `/proc/slabinfo ${name}`,
    exact: false,
    lump: sizes.objectsPerSlab[at] ?? 1,
    objectBytes: sizes.objectSize[at] ?? null,
    read() {
      const now = readSource(host, slabinfo);
      if (!now.ok) return null;
      const row = now.value.names.indexOf(name);
      return row < 0 ? null : now.value.frame[row]!;
    },
  });
}
