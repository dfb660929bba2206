/**
 * Makes bursts of kmai's own stimuli: for each line `ID COUNT ADDRESS PORT` (JSON list) on its input, prints what the stimulus counted,
 * as JSON. Ends with its input.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Host } from '../../src/host/host.ts';
import { liveHost } from '../../src/host/live.ts';
import { aim } from '../../src/intervene/arms.ts';
import type { Arm } from '../../src/intervene/protocol.ts';

const host: Host = liveHost();
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [arm, count] = JSON.parse(line) as [Arm, number];
  process.stdout.write(`${JSON.stringify(await burst(arm, count))}\n`);
}

async function burst(arm: Arm, count: number): Promise<unknown> {
  const aimed = await aim(host, [arm], []);
  if (!aimed.ok) return aimed.unavailable;
  const [one] = aimed.value;
  const prepared = await one!.stimulus.prepare(one!.arm, { host, target: one!.target, address: one!.address });
  if (!prepared.ok) return prepared.unavailable;
  try {
    return await prepared.value.burst(count);
  } finally {
    await prepared.value.close();
  }
}
