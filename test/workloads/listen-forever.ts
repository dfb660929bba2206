/** Listens to filp with the engine given, for as long as it lives: to be killed. */
import { liveHost } from '../../src/host/live.ts';
import { listen } from '../../src/listen/listen.ts';

const engine = process.argv[2] as 'bpf' | 'tracefs' | 'perf' | 'bpftrace';
await listen(liveHost(), { cache: 'filp', seconds: 60, engine, onReady: () => console.log('ready') });
