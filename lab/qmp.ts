import type { Duplex } from 'node:stream';

export interface Monitor {
  /** Executes one QMP command and gives what it returns. Throws what QEMU says is wrong. */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface Answer {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/** QEMU's machine protocol over an open line (QEMU docs/interop/qmp-spec.txt): one JSON a line. */
export function monitor(line: Duplex): Monitor {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let next = 1;
  let text = '';
  line.on('data', (data: Buffer) => {
    text += data.toString();
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const one of lines) {
      if (one.trim() === '') continue;
      const answer = JSON.parse(one) as Answer;
      const asked = answer.id === undefined ? undefined : waiting.get(answer.id);
      if (asked === undefined) continue; // the greeting, or an event
      waiting.delete(answer.id!);
      if (answer.error === undefined) asked.resolve(answer.return);
      else asked.reject(new Error(`QEMU: ${answer.error.desc}`));
    }
  });
  const lost = (): void => {
    for (const asked of waiting.values()) asked.reject(new Error('QEMU is gone'));
    waiting.clear();
  };
  line.on('close', lost);
  line.on('error', lost);
  const execute: Monitor['execute'] = (command, args) => {
    const id = next++;
    const asked = Promise.withResolvers<unknown>();
    asked.promise.catch(() => undefined);
    waiting.set(id, asked);
    line.write(`${JSON.stringify({ execute: command, id, ...(args === undefined ? {} : { arguments: args }) })}\n`);
    return asked.promise;
  };
  void execute('qmp_capabilities').catch(() => undefined);
  return { execute };
}
