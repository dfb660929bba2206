import type { Source } from './source.ts';
import { fileNr } from './sources/file-nr.ts';
import { meminfo } from './sources/meminfo.ts';
import { rt6Stats } from './sources/rt6-stats.ts';
import { slabinfo } from './sources/slabinfo.ts';
import { netstat, snmp, snmp6 } from './sources/snmp.ts';
import { sockstat, sockstat6 } from './sources/sockstat.ts';

/** Every source, in the order it is read: the two that must belong to one moment first. */
export const sources: readonly Source[] = [slabinfo, meminfo, rt6Stats, fileNr, sockstat, sockstat6, snmp, snmp6, netstat];
