import * as z from 'zod';
import type { Host } from '../../host/host.ts';
import type { FactValue } from '../../model/facts.ts';
import { available, Malformed, unavailable } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { command, firstOf, parseJson, type Place } from '../places.ts';

type Interface = FactValue<'interfaces'>[number];

/** Network interfaces, with the driver of the hardware ones and the kind (bridge, wireguard, veth …) of the others. */
export const interfaces: Question<'interfaces'> = {
  id: 'interfaces',
  ask: (host) =>
    firstOf<'interfaces'>(
      inSysfs(host),
      command(host, ['ip', '-d', '-j', 'link'], 'install iproute2', parseLinks),
      command(host, ['ip', '-d', '-j', 'link', 'show'], 'install iproute2', parseLinks),
      command(host, ['ip', '-d', 'address'], 'install iproute2', parseLinksText),
      command(host, ['ip', '-s', '-d', 'link'], 'install iproute2', parseLinksText),
    ),
};

/** Entries that are no interface: bonding_masters is a file of the folder. */
function inSysfs(host: Host): Place<Interface[]> {
  const folder = '/sys/class/net';
  return {
    from: folder,
    read: () => {
      const entries = host.list(folder);
      if (!entries.ok) return entries;
      const found: Interface[] = [];
      for (const { name, kind } of entries.value) {
        if (kind === 'file') continue;
        const mtu = host.read(`${folder}/${name}/mtu`);
        const flags = host.read(`${folder}/${name}/flags`);
        // An interface may go while it is being read; a tree that has none of its files is no answer.
        if (!mtu.ok || !flags.ok || !/^\d{1,10}$/.test(mtu.value.trim())) continue;
        found.push({
          name,
          driver: driverOf(host, `${folder}/${name}`),
          kind: kindOf(host, `${folder}/${name}`),
          mtu: Number(mtu.value),
          up: Number(flags.value.trim()) % 2 === 1,
        });
      }
      return found.length > 0 ? available(found) : unavailable(folder, 'absent', 'no interface with its files');
    },
  };
}

/** The driver is where device/driver links to; virtual interfaces have none. */
function driverOf(host: Host, folder: string): string {
  const device = host.list(`${folder}/device`);
  const link = device.ok ? device.value.find((entry) => entry.name === 'driver') : undefined;
  const target = link?.target?.split('/').at(-1);
  if (target !== undefined) return target;
  const uevent = host.read(`${folder}/device/uevent`);
  return uevent.ok ? (/^DRIVER=(\S+)$/m.exec(uevent.value)?.[1] ?? '') : '';
}

/** What the kernel calls its type (DEVTYPE of the uevent: bridge, wireguard, vlan, wlan …); loopback has type 772 (ARPHRD_LOOPBACK). */
function kindOf(host: Host, folder: string): string {
  const uevent = host.read(`${folder}/uevent`);
  const named = uevent.ok ? /^DEVTYPE=(\S+)$/m.exec(uevent.value)?.[1] : undefined;
  if (named !== undefined) return named;
  const type = host.read(`${folder}/type`);
  return type.ok && type.value.trim() === '772' ? 'loopback' : '';
}

const link = z.looseObject({
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.int(),
  link_type: z.string().optional(),
  linkinfo: z.looseObject({ info_kind: z.string().optional() }).optional(),
});

/** `ip -d -j link`: names no driver. Old iproute2 leaves empty objects in the list. */
export function parseLinks(text: string): Interface[] {
  const found = z.array(z.unknown()).safeParse(parseJson(text, []));
  if (!found.success) throw new Malformed(0, 'the interfaces of ip -j', text);
  return found.data.flatMap((one) => {
    if (typeof one === 'object' && one !== null && Object.keys(one).length === 0) return [];
    const { data } = link.safeParse(one);
    if (data === undefined) throw new Malformed(0, 'an interface of ip -j link', JSON.stringify(one));
    const kind = data.linkinfo?.info_kind ?? (data.link_type === 'loopback' ? 'loopback' : '');
    return [{ name: data.ifname, driver: '', kind, mtu: data.mtu, up: data.flags.includes('UP') }];
  });
}

/** `2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500 …`, the kind at the start of an indented line where it has one. */
export function parseLinksText(text: string): Interface[] {
  const found: Interface[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const head = /^\d+: ([^\s:@]+)(?:@\S+)?: <([^>]*)> mtu (\d{1,10})\b/.exec(line);
    if (head !== null) {
      found.push({ name: head[1] ?? '', driver: '', kind: '', mtu: Number(head[3]), up: (head[2] ?? '').split(',').includes('UP') });
      continue;
    }
    if (line.trim() !== '' && !/^\s/.test(line)) throw new Malformed(index + 1, 'NUMBER: NAME: <FLAGS> mtu N', line);
    const kind =
      /^ {4}(loopback|bridge|bond|veth|vlan|vxlan|geneve|wireguard|tun|dummy|macvlan|ipvlan|vrf|ifb|gre|sit|ip6tnl|team|netkit)\b|^ {4}link\/(loopback)\b/.exec(
        line,
      );
    const last = found.at(-1);
    if (kind !== null && last !== undefined) found[found.length - 1] = { ...last, kind: kind[1] ?? kind[2] ?? '' };
  }
  if (found.length === 0) throw new Malformed(1, 'an interface', text);
  return found;
}
