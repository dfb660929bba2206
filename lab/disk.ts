import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { command, which } from './command.ts';
import type { Kernel } from './kernel.ts';
import { cache, filesUnder, guestFolder, hashOf, imagesFolder, programsFolder, root } from './paths.ts';

/** Programs of the host that the guest gets, with the libraries they load. */
const tools = ['dash', 'ip', 'nft', 'xtables-nft-multi', 'kmod'];

/** Modules without which the guest has no disk and no line to the host; in this order. */
const bootModules = ['virtio_pci', 'virtio_blk', 'virtio_console'];

export interface Images {
  readonly initramfs: string;
  readonly rootDisk: string;
  readonly scratchDisk: string;
}

/** The Node that runs the lab also runs in the guest. */
const nodeBinary = process.execPath;

/** Root disk, initramfs and empty scratch disk of a kernel: built once for each state of what goes into them. */
export function images(of: Kernel, say: (line: string) => void): Images {
  const programs = [...tools.map(hostProgram), nodeBinary, hostProgram('busybox')];
  const identity = programs.map((path) => `${basename(path)} ${statSync(path).size}`);
  const scripts = ['initramfs-init', 'lab-init'].map((name) => join(guestFolder, name));
  const folder = join(cache, 'images', `${of.series}-${hashOf([...scripts, import.meta.filename], of.release, ...identity)}`);
  const made = { initramfs: join(folder, 'initramfs.gz'), rootDisk: join(folder, 'root.ext4'), scratchDisk: join(folder, 'scratch.ext4') };
  if (existsSync(folder)) return made;
  say(`${of.series}: building the disk`);
  forgetOlder(join(cache, 'images'), `${of.series}-`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  buildInitramfs(of, join(partial, 'initramfs'), join(partial, 'initramfs.gz'));
  buildRoot(of, programs, join(partial, 'root'), join(partial, 'root.ext4'));
  mkdirSync(join(partial, 'empty'));
  ext4(join(partial, 'empty'), join(partial, 'scratch.ext4'), 1024);
  for (const name of ['initramfs', 'root', 'empty']) rmSync(join(partial, name), { recursive: true });
  renameSync(partial, folder);
  return made;
}

function hostProgram(name: string): string {
  const path = which(name);
  if (path === null) throw new Error(`${name} is not installed; \`npm run lab -- setup\` installs what is missing`);
  return command(['readlink', '-f', path]).trim();
}

/** Without a loop mount: mke2fs fills the file system from a folder. */
function ext4(from: string, to: string, megabytes: number): void {
  rmSync(to, { force: true });
  command(['mkfs.ext4', '-q', '-d', from, '-O', '^has_journal', '-m', '0', '-E', 'root_owner=0:0', to, `${megabytes}M`]);
}

function folderMegabytes(folder: string): number {
  return Number(command(['du', '-sm', folder]).split('\t')[0]);
}

/** Copies a program and what it loads to the same paths under `into`. */
function install(into: string, program: string, as: string): void {
  place(program, join(into, as));
  for (const [library] of command(['ldd', program]).matchAll(/\/\S+/g))
    place(command(['readlink', '-f', library]).trim(), join(into, library));
}

function place(from: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

/** The applets of busybox as links, except where a real program is. */
function busybox(into: string): void {
  const path = join(into, 'usr/bin/busybox');
  place(hostProgram('busybox'), path);
  chmodSync(path, 0o755);
  for (const applet of command([path, '--list']).trim().split('\n')) {
    if (!existsSync(join(into, 'usr/bin', applet)) && !existsSync(join(into, 'usr/sbin', applet)))
      symlinkSync('busybox', join(into, 'usr/bin', applet));
  }
}

/** As Debian has it since its merge of /usr: /bin is usr/bin, and so on. */
function skeleton(into: string): void {
  for (const folder of ['dev', 'proc', 'sys', 'etc', 'usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64'])
    mkdirSync(join(into, folder), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(into, name));
}

function buildInitramfs(of: Kernel, folder: string, to: string): void {
  skeleton(folder);
  mkdirSync(join(folder, 'root'));
  busybox(folder);
  mkdirSync(join(folder, 'modules'));
  const order: string[] = [];
  for (const module of bootModules) {
    const lines = command(['modprobe', '-d', of.folder, '-S', of.release, '--show-depends', module]);
    for (const [, path = ''] of lines.matchAll(/^insmod (\S+)/gm)) {
      const name = basename(path, '.xz');
      if (order.includes(name)) continue;
      order.push(name);
      cpSync(path, join(folder, 'modules', basename(path)));
      // busybox's insmod takes no compressed module
      if (path.endsWith('.xz')) command(['xz', '-d', join(folder, 'modules', basename(path))]);
    }
  }
  writeFileSync(join(folder, 'modules/order'), `${order.join('\n')}\n`);
  cpSync(join(guestFolder, 'initramfs-init'), join(folder, 'init'));
  command(['sh', '-c', 'find . | cpio -o -H newc --quiet | gzip -1 > "$1"', 'sh', to], { cwd: folder });
}

function buildRoot(of: Kernel, programs: readonly string[], folder: string, to: string): void {
  skeleton(folder);
  for (const name of ['tmp', 'run', 'root', 'var', 'opt/lab']) mkdirSync(join(folder, name), { recursive: true });
  for (const program of programs) {
    const sbin = /\/s?bin\/(ip|nft|xtables-nft-multi)$/.test(program);
    if (basename(program) !== 'busybox') install(folder, program, join(sbin ? 'usr/sbin' : 'usr/bin', basename(program)));
  }
  symlinkSync('dash', join(folder, 'usr/bin/sh'));
  for (const name of ['modprobe', 'insmod', 'rmmod', 'lsmod', 'modinfo', 'depmod'])
    symlinkSync('../bin/kmod', join(folder, 'usr/sbin', name));
  for (const name of ['iptables', 'ip6tables', 'iptables-save', 'ip6tables-save', 'iptables-restore', 'ip6tables-restore']) {
    symlinkSync('xtables-nft-multi', join(folder, 'usr/sbin', name));
  }
  cpSync('/usr/lib/x86_64-linux-gnu/xtables', join(folder, 'usr/lib/x86_64-linux-gnu/xtables'), { recursive: true });
  busybox(folder);
  cpSync(join(guestFolder, 'lab-init'), join(folder, 'usr/sbin/lab-init'));
  cpSync(join(of.folder, 'lib/modules', of.release), join(folder, 'usr/lib/modules', of.release), {
    recursive: true,
    filter: (path) => !/\/(build|source)$/.test(path),
  });
  writeFileSync(join(folder, 'etc/hostname'), 'lab\n');
  writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  writeFileSync(join(folder, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  writeFileSync(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  writeFileSync(
    join(folder, 'etc/os-release'),
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
  );
  mkdirSync(join(folder, 'boot'));
  cpSync(join(of.folder, 'boot', `config-${of.release}`), join(folder, 'boot', `config-${of.release}`));
  ext4(folder, to, folderMegabytes(folder) + 40);
}

/**
 * The second disk: the built kmai, the leak module, the programs and the scenarios' words. Small, and made
 * again whenever any of them changed. Without a built kmai it has none, and what needs it says so.
 */
export function payload(of: Kernel, module: string, say: (line: string) => void): string {
  const kmai = ['dist', 'bin', 'casebook', 'package.json'].map((name) => join(root, name)).filter((path) => existsSync(path));
  const sources = filesUnder(programsFolder, imagesFolder, join(guestFolder, 'lab.sh'));
  const to = join(cache, 'payload', `${of.series}-${hashOf([...sources, ...filesUnder(...kmai), module, import.meta.filename])}.ext4`);
  if (existsSync(to)) return to;
  say(`${of.series}: building the disk of kmai and the lab's programs`);
  forgetOlder(join(cache, 'payload'), `${of.series}-`);
  const folder = `${to}.partial`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  for (const source of sources.filter((path) => path.endsWith('.c'))) {
    const program = basename(source, '.c');
    command(['gcc-12', '-O2', '-static', '-o', join(folder, 'bin', program), source, '-lm', '-lpthread']);
  }
  cpSync(join(guestFolder, 'lab.sh'), join(folder, 'lab.sh'));
  cpSync(imagesFolder, join(folder, 'images'), { recursive: true });
  place(module, join(folder, 'module', of.release, basename(module)));
  mkdirSync(join(folder, 'kmai/node_modules'), { recursive: true });
  for (const path of kmai) cpSync(path, join(folder, 'kmai', basename(path)), { recursive: true });
  for (const name of ['koffi', '@koromix']) {
    const from = join(root, 'node_modules', name);
    if (existsSync(from)) cpSync(from, join(folder, 'kmai/node_modules', name), { recursive: true, dereference: true });
  }
  ext4(folder, `${to}.new`, folderMegabytes(folder) + 24);
  rmSync(folder, { recursive: true });
  renameSync(`${to}.new`, to);
  return to;
}

/** Keeps the cache from growing, but not only the newest: another lab may be running with what was built before. */
function forgetOlder(folder: string, prefix: string): void {
  if (!existsSync(folder)) return;
  const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
  const older = readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .toSorted((a, b) => age(b) - age(a))
    .slice(2);
  for (const name of older) rmSync(join(folder, name), { recursive: true, force: true });
}
