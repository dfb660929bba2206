import type { Host } from '../../host/host.ts';
import type { FactValue } from '../../model/facts.ts';
import { Malformed, unavailable } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { command, firstOf, type Place } from '../places.ts';

/** What the machine is: its maker, the hypervisor under it and the cloud around it; "" where nothing shows one. */
export const platform: Question<'platform'> = {
  id: 'platform',
  ask: (host) =>
    firstOf<'platform'>(
      dmi(host),
      // sosreports keep dmidecode's listing rather than /sys.
      command(host, ['dmidecode'], 'run as root', (text) => describe(parseDmidecode(text), visible(host))),
      withoutDmi(host),
    ),
};

export interface Board {
  readonly vendor: string;
  readonly product: string;
  readonly version: string;
  readonly bios: string;
  readonly chassisTag: string;
}

/** What the processor and Xen say: the flag "hypervisor", /sys/hypervisor/type, and drivers that only one hypervisor has. */
export interface Visible {
  readonly flagged: boolean;
  readonly type: string;
}

function dmi(host: Host): Place<FactValue<'platform'>> {
  const folder = '/sys/class/dmi/id';
  return {
    from: folder,
    read: () => {
      const vendor = host.read(`${folder}/sys_vendor`);
      if (!vendor.ok) return vendor;
      const text = (name: string): string => {
        const reading = host.read(`${folder}/${name}`);
        return reading.ok ? reading.value.trim() : '';
      };
      const board = {
        vendor: vendor.value.trim(),
        product: text('product_name'),
        version: text('product_version'),
        bios: text('bios_version'),
        chassisTag: text('chassis_asset_tag'),
      };
      return { ok: true, value: describe(board, visible(host)) };
    },
  };
}

/** Machines without DMI (Firecracker, most ARM boards, IBM Z): the processor and the device tree still tell something. */
function withoutDmi(host: Host): Place<FactValue<'platform'>> {
  const from = '/proc/cpuinfo';
  return {
    from,
    read: () => {
      const processors = host.read(from);
      if (!processors.ok) return processors;
      if (processors.value.trim() === '') return unavailable(from, 'malformed', 'empty');
      const model = host.read('/proc/device-tree/model');
      const board = { vendor: '', product: model.ok ? model.value.replaceAll('\0', '').trim() : '', version: '', bios: '', chassisTag: '' };
      return { ok: true, value: describe(board, visible(host)) };
    },
  };
}

function visible(host: Host): Visible {
  const type = host.read('/sys/hypervisor/type');
  const processors = host.read('/proc/cpuinfo');
  return { type: type.ok ? type.value.trim() : '', flagged: processors.ok && /^flags\s*:.*\bhypervisor\b/m.test(processors.value) };
}

/** Strings by which each platform is known: what systemd-detect-virt and cloud-init's ds-identify go by. */
export function describe(board: Board, seen: Visible): FactValue<'platform'> {
  return { vendor: board.vendor, product: board.product, hypervisor: hypervisorOf(board, seen), cloud: cloudOf(board) };
}

/** Azure's chassis asset tag, the same on each of its machines; Hyper-V elsewhere has another. */
const azureTag = '7783-7084-3265-9085-8269-3286-77';

function cloudOf({ vendor, product, version, bios, chassisTag }: Board): string {
  if (chassisTag === azureTag) return 'azure';
  if (vendor === 'Amazon EC2' || /amazon/i.test(bios) || /\.amazon$/i.test(version)) return 'aws';
  if (vendor === 'Google' || product === 'Google Compute Engine') return 'gcp';
  if (vendor === 'Alibaba Cloud' || product.startsWith('Alibaba Cloud')) return 'alibaba';
  if (chassisTag === 'OracleCloud.com') return 'oracle';
  if (vendor === 'DigitalOcean') return 'digitalocean';
  if (vendor === 'Hetzner') return 'hetzner';
  if (vendor === 'Vultr') return 'vultr';
  if (vendor === 'Scaleway') return 'scaleway';
  if (vendor === 'Tencent Cloud') return 'tencent';
  return product.startsWith('OpenStack') || vendor.startsWith('OpenStack') ? 'openstack' : '';
}

function hypervisorOf({ vendor, product, version }: Board, { flagged, type }: Visible): string {
  if (type !== '') return type;
  if (vendor === 'Microsoft Corporation' && product === 'Virtual Machine') return 'hyperv';
  if (vendor.startsWith('VMware') || product.startsWith('VMware')) return 'vmware';
  if (vendor === 'innotek GmbH' || product === 'VirtualBox') return 'virtualbox';
  if (vendor === 'Xen') return 'xen';
  if (
    vendor === 'QEMU' ||
    product === 'KVM' ||
    /^(KVM|pc-(i440fx|q35))/.test(version) ||
    (vendor === 'Amazon EC2' && flagged) ||
    /^(Google|DigitalOcean|Hetzner)$/.test(vendor)
  )
    return 'kvm';
  // The flag says that there is one, not which.
  return flagged ? 'unknown' : '';
}

/** The blocks "System Information", "BIOS Information" and "Chassis Information" of dmidecode(8). */
export function parseDmidecode(text: string): Board {
  const block = (heading: string): string => text.split(/\n(?=\S)/).find((part) => part.includes(heading)) ?? '';
  const system = block('System Information\n');
  if (system === '') throw new Malformed(0, 'a block "System Information"', text);
  return {
    vendor: field(system, 'Manufacturer'),
    product: field(system, 'Product Name'),
    version: field(system, 'Version'),
    bios: field(block('BIOS Information\n'), 'Version'),
    chassisTag: field(block('Chassis Information\n'), 'Asset Tag'),
  };
}

function field(block: string, name: string): string {
  return new RegExp(`^\\t${name}: *(.*)$`, 'm').exec(block)?.[1]?.trim() ?? '';
}
