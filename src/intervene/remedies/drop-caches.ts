import { available } from '../../model/reading.ts';
import type { Remedy } from '../remedy.ts';

/** Clean caches given back once (Documentation/admin-guide/sysctl/vm.rst): a test, what comes back was cache. It costs disk reads until they are warm again. */
export const dropCaches: Remedy = {
  kind: 'drop-caches',
  recognises: ([program, , setting]) => program === 'sysctl' && setting?.startsWith('vm.drop_caches=') === true,
  remember: async (argv) => available([{ argv, undo: null }]),
};
