import type { Host } from '../../host/host.ts';
import type { FactValue } from '../../model/facts.ts';
import { Malformed } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { command, file, firstOf, lines, parsed, type Place } from '../places.ts';
import { readRelease } from '../running.ts';

type Package = FactValue<'packages'>[number];

/**
 * Packages that install what arms a known leak or holds kernel memory, and the running kernel's own, whose version
 * tells what its fixes are. All other packages are left out.
 */
export const packages: Question<'packages'> = {
  id: 'packages',
  ask: (host) => {
    const keep = keeper(host);
    return firstOf<'packages'>(
      file(host, '/var/lib/dpkg/status', (text) => parseDpkgStatus(text).filter(keep)),
      command(host, ['dpkg-query', '-W', '-f', '${db:Status-Abbrev}\\t${Package}\\t${Version}\\n'], 'ask on the host itself', (text) =>
        parseDpkgQuery(text).filter(keep),
      ),
      command(host, ['rpm', '-qa', '--qf', '%{NAME}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\n'], 'ask on the host itself', (text) =>
        parseRpm(text).filter(keep),
      ),
      command(host, ['rpm', '-qa'], 'ask on the host itself', (text) => parseNevra(text).filter(keep)),
      file(host, '/lib/apk/db/installed', (text) => parseApk(text).filter(keep)),
      pacman(host, keep),
    );
  },
};

const known = new RegExp(
  '^(firewalld|nftables|iptables|iptables-(nft|legacy|persistent)|ufw|shorewall6?|wireguard-tools|wireguard|wireguard-dkms|cloud-netconfig.*|cloud-init|NetworkManager|network-manager|' +
    'NetworkManager-cloud-setup|nm-cloud-setup|systemd|wicked|dhcpcd|dhcpcd5|keepalived|docker|docker-ce|docker\\.io|moby-engine|podman|containerd|containerd\\.io|cri-o|runc|kubelet|k3s|' +
    'cilium|cilium-cli|calico.*|tailscale|openvpn|strongswan|mullvad-vpn|warp-cli|cloudflare-warp|audit|auditd|auditbeat|osquery|falco|sysdig|falcon-sensor|mdatp|nfs-kernel-server|nfs-utils|' +
    'cifs-utils|samba|zfsutils-linux|zfs|zfs-dkms|bcc-tools|bpftrace|netdata|datadog-agent|pf_?ring|pf_?ring-dkms|xtables-addons.*|nvidia-.*(dkms|kmod|open).*|open-vm-tools|qemu-guest-agent|WALinuxAgent|waagent|walinuxagent|amazon-ssm-agent|crun|lxc|lxd|incus)$',
);

/** Debian names a kernel's package linux-image-RELEASE; RPM names it kernel… with the version inside the release. */
function keeper(host: Host): (one: Package) => boolean {
  const release = readRelease(host);
  const rpmKernel = /^kernel(-core|-default|-azure|-rt|-64k|-ml|-lt|-uek|-uek-core|-vanilla|-longterm)?$/;
  return ({ name, version }) => {
    if (known.test(name)) return true;
    if (release === null) return rpmKernel.test(name) || /^linux-image-\d/.test(name);
    if (/^linux-image-(unsigned-)?/.test(name) && name.replace(/^linux-image-(unsigned-)?/, '') === release) return true;
    // SUSE's package release carries a rebuild count that uname -r lacks: 5.14.21-150500.55.73.1 runs as 5.14.21-150500.55.73-default.
    // Arch: the package 6.9.1.arch1-1 runs as 6.9.1-arch1-1.
    if (/^linux(-lts|-zen|-hardened)?$/.test(name)) return begins(release, version.replace(/\.(?=[a-z])/, '-'));
    return rpmKernel.test(name) && (begins(release, version) || begins(version, release.replace(/-[a-z]+$/, '')));
  };
}

/** pacman keeps a folder `name-version-release` for each package. */
function pacman(host: Host, keep: (one: Package) => boolean): Place<Package[]> {
  const folder = '/var/lib/pacman/local';
  return {
    from: folder,
    read: () => {
      const entries = host.list(folder);
      if (!entries.ok) return entries;
      const names = entries.value.filter((entry) => entry.kind === 'folder').map((entry) => `${entry.name}\n`);
      return parsed(folder, names.join(''), (text) => parseNevra(text).filter(keep));
    },
  };
}

/** Whether a version begins with another one, whole numbers compared: 55.73.1 does not begin with 55.7. */
function begins(long: string, short: string): boolean {
  return long.startsWith(short) && /^([.-]|$)/.test(long.slice(short.length));
}

/** Blocks of `Field: value`; only what is installed ("install ok installed", "hold ok installed") counts. */
export function parseDpkgStatus(text: string): Package[] {
  const found: Package[] = [];
  let line = 1;
  for (const block of text.split('\n\n')) {
    const at = line;
    line += block.split('\n').length + 1;
    if (block.trim() === '') continue;
    const field = (name: string): string | undefined => new RegExp(`^${name}: (\\S.*)$`, 'm').exec(block)?.[1];
    const name = field('Package');
    const status = field('Status');
    if (name === undefined || status === undefined) throw new Malformed(at, 'Package: and Status:', block);
    if (!status.endsWith(' installed')) continue;
    const version = field('Version');
    if (version === undefined) throw new Malformed(at, `Version: of ${name}`, block);
    found.push({ name, version });
  }
  return found;
}

/** `ii <tab>name<tab>version` */
export function parseDpkgQuery(text: string): Package[] {
  return lines(text).flatMap((line, index) => {
    const [status, name, version] = line.split('\t');
    if (status === undefined || name === undefined || version === undefined)
      throw new Malformed(index + 1, 'status, name and version', line);
    return status[1] === 'i' ? [{ name, version }] : [];
  });
}

/** `name<tab>version-release<tab>arch` */
export function parseRpm(text: string): Package[] {
  return lines(text).map((line, index) => {
    const [name, version] = line.split('\t');
    if (name === undefined || name === '' || version === undefined)
      throw new Malformed(index + 1, 'name, version-release and architecture', line);
    return { name, version };
  });
}

/** `name-version-release.arch`, what plain `rpm -qa` prints and sosreports keep, perhaps with an install date after it. */
export function parseNevra(text: string): Package[] {
  return lines(text).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const whole = (line.split(/\s/)[0] ?? '').replace(/\.(?:noarch|x86_64|i[3-6]86|aarch64|ppc64le|s390x|riscv64|armv7hl|\(none\))$/, '');
    const release = whole.lastIndexOf('-');
    const version = whole.lastIndexOf('-', release - 1);
    if (version < 1 || release === whole.length - 1) throw new Malformed(index + 1, 'name-version-release.arch', line);
    return [{ name: whole.slice(0, version), version: whole.slice(version + 1) }];
  });
}

/** Alpine's database: `P:name`, `V:version`, blocks parted by an empty line. */
export function parseApk(text: string): Package[] {
  return text.split('\n\n').flatMap((block) => {
    if (block.trim() === '') return [];
    const name = /^P:(\S+)$/m.exec(block)?.[1];
    const version = /^V:(\S+)$/m.exec(block)?.[1];
    if (name === undefined || version === undefined) throw new Malformed(1, 'P: and V:', block);
    return [{ name, version }];
  });
}
