import { isThere, openAndClose } from '../../host/write.ts';
import { available } from '../../model/reading.ts';
import type { Stimulus } from '../stimulus.ts';
import { inTurn } from '../turns.ts';

/** A file opened and closed: a filp comes and goes. */
export const open: Stimulus = {
  kind: 'open',
  event: 'open',
  reach: 'here',
  needs: { root: false, tools: [] },
  prepare: async () => available({ burst: inTurn(() => openAndClose('/dev/null')), close: async () => {} }),
};

/** Names that do not exist, each another one: a negative dentry each (reclaimable). */
export const stat: Stimulus = {
  kind: 'stat',
  event: 'stat',
  reach: 'here',
  needs: { root: false, tools: [] },
  async prepare() {
    const stem = `/tmp/kmai-missing-${process.pid}-${process.hrtime.bigint()}`;
    let next = 0;
    return available({ burst: inTurn(() => void isThere(`${stem}-${next++}`)), close: async () => {} });
  },
};
