import { shellWord } from '../../host/shell.ts';
import { available, unavailable } from '../../model/reading.ts';
import { fill, type Remedy } from '../remedy.ts';

/**
 * A limit of a cgroup, given as libcgroup writes it: `cgset -r memory.high=SIZE GROUP`. The file is written by itself, cgset
 * need not be there. Until reboot, or until whoever made the cgroup removes it.
 */
export const cgroupLimit: Remedy = {
  kind: 'cgroup-limit',
  recognises: ([program, flag, setting]) => program === 'cgset' && flag === '-r' && setting?.includes('=') === true,
  async remember(argv, { host, given }) {
    const filled = fill(argv, given);
    if (!filled.ok) return unavailable(argv.join(' '), 'absent', `${filled.missing} is not known`, `--set ${filled.missing}=…`);
    const [, , setting = '', group = ''] = filled.argv;
    const [, file, controller, value] = /^(([a-z]+)\.[a-z_.]+)=([A-Za-z0-9 :_-]+)$/.exec(setting) ?? [];
    const name = group.replace(/^\/+/, '');
    if (file === undefined || controller === undefined || value === undefined || name === '' || name.split('/').includes('..'))
      return unavailable(argv.join(' '), 'malformed', 'expected FILE=VALUE and the path of a cgroup', 'cgset -r memory.high=512M /GROUP');
    // cgroup v2; v2 beside v1; the hierarchy of the controller in v1.
    const places = ['', 'unified/', `${controller}/`].map((place) => `/sys/fs/cgroup/${place}${name}/${file}`);
    for (const path of places) {
      const now = host.read(path);
      if (!now.ok) continue;
      const word = shellWord(path);
      return available([
        {
          argv: ['sh', '-c', 'echo "$1" > "$2"', 'sh', value, path],
          undo: [`[ ! -e ${word} ] || echo ${shellWord(now.value.trim())} > ${word}`],
        },
      ]);
    }
    return unavailable(group, 'absent', `no cgroup of that name has ${file}`, '`kmai ask` and systemd-cgls show the cgroups');
  },
};
