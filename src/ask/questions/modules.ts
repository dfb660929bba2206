import type { FactValue } from '../../model/facts.ts';
import { Malformed } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { file, firstOf, integer, lines } from '../places.ts';

/**
 * Which modules are loaded. A kernel without CONFIG_MODULES has no such file: that is unavailable, not an empty list.
 * lsmod is not asked: it does not tell which modules are out of tree, and that must not read as none.
 */
export const modules: Question<'modules'> = {
  id: 'modules',
  ask: (host) => firstOf<'modules'>(file(host, '/proc/modules', parseModules)),
};

/** `xt_ndpi 123456 2 nft_compat,xt_x, Live 0x0000000000000000 (OE)`; kernel/module/procfs.c. Without CONFIG_MODULE_UNLOAD users are "-". */
export function parseModules(text: string): FactValue<'modules'> {
  return lines(text).map((line, index) => {
    const [name, bytes, users] = line.split(' ');
    if (name === undefined || name === '') throw new Malformed(index + 1, 'name bytes users …', line);
    const flags = /\(([A-Z+-]*)\)$/.exec(line.trimEnd())?.[1] ?? '';
    return {
      name,
      bytes: integer(bytes, index + 1, 'a size in bytes'),
      users: users === '-' ? -1 : integer(users, index + 1, 'a number of users or -'),
      outOfTree: flags.includes('O'),
      proprietary: flags.includes('P'),
    };
  });
}
