/** A command on a pty of util-linux's script(1), and what a terminal would show of it: a screen model fed with its output. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import xterm from '@xterm/headless';
import { root } from '../integration/diagnosed.ts';

export interface OnScreen {
  /** The screen's lines, blanks at the end dropped. */
  lines(): Promise<readonly string[]>;
  /** Waits until the screen satisfies a check. @throws with the screen when it does not in time */
  until(what: string, check: (lines: readonly string[]) => boolean, seconds?: number): Promise<readonly string[]>;
  press(text: string): void;
  resize(columns: number, rows: number): void;
  /** All that came over the line, a character a byte. */
  written(): string;
  /** Sends a signal to kmai itself, not to its launcher. */
  signal(name: NodeJS.Signals): void;
  /** kmai itself, not its launcher. */
  pid(): number;
  /** The alternate screen is shown; the cursor is hidden. */
  state(): { readonly alternate: boolean; readonly cursorHidden: boolean };
  close(): void;
}

/** What the command left behind is written at the end: `left 0 isig icanon echo` for an exit code and a sane terminal. */
const afterwards = "echo \"left $? $(stty -a | tr ' ;' '\\n\\n' | grep -xE -e '-?(isig|icanon|echo)' | tr '\\n' ' ')\"; sleep 30";

export async function onScreen(
  command: string,
  { columns, rows, env = {} }: { readonly columns: number; readonly rows: number; readonly env?: NodeJS.ProcessEnv },
): Promise<OnScreen> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  let hidden = false;
  // DECTCEM: the model does not tell it by its public interface.
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => watched(params, true));
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => watched(params, false));
  // The console of Linux before 6.20 and the VT terminals have no second screen.
  const oneScreen = /^(linux|vt)/.test(env['TERM'] ?? '');
  const watched = (params: readonly (number | number[])[], now: boolean): boolean => {
    if (params.includes(25)) hidden = now;
    return oneScreen && params.includes(1049);
  };
  const line = `tty; stty rows ${rows} cols ${columns}; ${command}; ${afterwards}`;
  let written = '';
  const child: ChildProcessWithoutNullStreams = spawn('script', ['-qfec', line, '/dev/null'], {
    cwd: root,
    env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: '', NO_COLOR: '', COLORTERM: '', ...env },
  });
  let device = '';
  child.stdout.on('data', (bytes: Buffer) => {
    device ||= /\/dev\/pts\/\d+/.exec(bytes.toString())?.[0] ?? '';
    written += bytes.toString('latin1');
    terminal.write(bytes);
  });
  const lines = (): Promise<readonly string[]> =>
    new Promise((resolve) => {
      terminal.write('', () => {
        const { active } = terminal.buffer;
        resolve(Array.from({ length: terminal.rows }, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? ''));
      });
    });
  const pid = (): number => descendant(child.pid!, 'dist/kmai.js');
  return {
    lines,
    async until(what, check, seconds = 15) {
      let seen: readonly string[] = [];
      for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(100)) {
        seen = await lines();
        if (check(seen)) return seen;
      }
      throw new Error(`not seen in ${seconds} s: ${what}\n${seen.join('\n')}`);
    },
    press: (text) => void child.stdin.write(text),
    resize: (toColumns, toRows) => {
      terminal.resize(toColumns, toRows);
      execFileSync('stty', ['-F', device, 'rows', String(toRows), 'cols', String(toColumns)]);
    },
    written: () => written,
    signal: (name) => void process.kill(pid(), name),
    pid,
    state: () => ({ alternate: terminal.buffer.active.type === 'alternate', cursorHidden: hidden }),
    close: () => {
      // The pty goes with it, and whoever runs on it is hung up on.
      child.kill('SIGKILL');
      terminal.dispose();
    },
  };
}

/** The process below `pid` whose program is node and whose command line has `word`. */
function descendant(pid: number, word: string): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = quietly(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]));
  }
  const isBelow = (one: number): boolean => one > 1 && (one === pid || isBelow(parents.get(one) ?? 0));
  const found = [...parents.keys()].find((one) => {
    const [program = '', ...rest] = quietly(`/proc/${one}/cmdline`).split('\0');
    return program.includes('node') && rest.some((arg) => arg.endsWith(word)) && isBelow(one);
  });
  if (found === undefined) throw new Error(`no ${word} below ${pid}`);
  return found;
}

function quietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}
