import type { FactValue } from '../../model/facts.ts';
import { Malformed } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { file, firstOf, lines } from '../places.ts';

type Mount = FactValue<'mounts'>[number];

/** What is mounted in the namespace of process 1, else in our own. */
export const mounts: Question<'mounts'> = {
  id: 'mounts',
  ask: (host) =>
    firstOf<'mounts'>(
      file(host, '/proc/1/mountinfo', parseMountinfo),
      file(host, '/proc/self/mountinfo', parseMountinfo),
      file(host, '/proc/mounts', parseMounts),
    ),
};

/** proc_pid_mountinfo(5): `36 35 98:0 /root /mnt rw,noatime master:1 - ext3 /dev/root rw,errors=continue` */
export function parseMountinfo(text: string): Mount[] {
  return lines(text).map((line, index) => {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const [path, options] = [fields[4], fields[5]];
    const [type, source, superOptions] = dash < 0 ? [] : fields.slice(dash + 1);
    if (path === undefined || options === undefined || type === undefined || source === undefined)
      throw new Malformed(index + 1, 'ID PARENT DEV ROOT PATH OPTIONS … - TYPE SOURCE OPTIONS', line);
    return {
      source: plain(source),
      path: plain(path),
      type,
      options: [...new Set([...options.split(','), ...(superOptions ?? '').split(',')])].filter((word) => word !== ''),
    };
  });
}

/** fstab(5)'s six fields: `/dev/vda / ext4 rw,relatime 0 0` */
export function parseMounts(text: string): Mount[] {
  return lines(text).map((line, index) => {
    const [source, path, type, options] = line.split(' ');
    if (source === undefined || path === undefined || type === undefined || options === undefined)
      throw new Malformed(index + 1, 'SOURCE PATH TYPE OPTIONS 0 0', line);
    return { source: plain(source), path: plain(path), type, options: options.split(',') };
  });
}

/** Blank, tab, line end and backslash are written as \040, \011, \012 and \134. */
function plain(word: string): string {
  return word.replaceAll(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
