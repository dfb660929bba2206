/**
 * The live view on a terminal: a pty, and a screen model that says what a reader would see. What is shown is held against
 * /proc/slabinfo and against the arithmetic of a workload.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRoot, root, workload } from '../integration/diagnosed.ts';
import { type OnScreen, onScreen } from './screen.ts';

const perSecond = 199;
const skip = isRoot ? false : 'needs root: slabinfo';
const kmai = 'bin/kmai look';

function slabObjects(cache: string): number {
  const row = readFileSync('/proc/slabinfo', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${cache} `));
  return Number(row?.split(/\s+/)[1]);
}

/** The row of a cache in the list: objects, and the figure under OBJECTS/s. */
function rowOf(lines: readonly string[], cache: string): { readonly objects: number; readonly rate: number } | null {
  const line = lines.find((each) => new RegExp(`^[> ][▲▼ ] ${cache}\\b`).test(each));
  const match = /^.. \S+(?: (?:\+\d+|→ \S+))? +([\d,]+) +[\d.]+ \S+ +([+−]?[\d.,]+)/.exec(line ?? '');
  if (match === null) return null;
  const number = (text: string): number => Number(text.replaceAll(',', '').replace('−', '-'));
  return { objects: number(match[1]!), rate: number(match[2]!) };
}

async function left(screen: OnScreen, code: number): Promise<void> {
  await screen.until(`exit ${code}, the terminal as it was`, (lines) =>
    lines.some((line) => line.startsWith(`left ${code} isig icanon echo`)),
  );
  assert.deepEqual(screen.state(), { alternate: false, cursorHidden: false });
}

test('the live view at 80 × 24 shows what /proc/slabinfo counts and what the workload holds', { skip }, async (t) => {
  const held = await workload('hold', ['files', perSecond * 60, perSecond]);
  const screen = await onScreen(kmai, { columns: 80, rows: 24 });
  try {
    await t.test('it takes the whole screen, and no line is cut or wrapped', async () => {
      const lines = await screen.until('the first caches', (seen) => seen[23]?.includes('q quit') === true);
      assert.match(lines[0]!, /^kmai look · \S+ · Linux \S+ · [\d.]+ GiB · watched/);
      assert.match(lines[1]!, /^\[A*F*M*H*S*R*K*\?*\.*\]$/);
      assert.equal(lines[1]!.length, 80);
      assert.ok(lines.some((line) => line.includes('CACHE → OWNER')));
      assert.deepEqual(screen.state(), { alternate: true, cursorHidden: true });
    });
    await t.test('a filter leaves the caches with that in one of their names', async () => {
      screen.press('/filp\r');
      const lines = await screen.until('filp alone', (seen) => seen[23]?.includes('filter: filp  (') === true);
      const shown = lines.filter((line) => /^[> ][▲▼ ] [a-z]/.test(line));
      assert.ok(shown.length >= 1 && shown.every((line) => line.includes('filp')), shown.join('\n'));
    });
    await t.test('the objects shown are those of slabinfo at the moment they appear', async () => {
      const seen: string[] = [];
      const readings: number[] = [];
      let before = rowOf(await screen.lines(), 'filp')?.objects;
      let right = 0;
      for (const end = performance.now() + 10_000; right < 3 && performance.now() < end; await sleep(50)) {
        readings.push(slabObjects('filp'));
        const shown = rowOf(await screen.lines(), 'filp')?.objects;
        if (shown === undefined || shown === before) continue;
        before = shown;
        // Read within the last 300 ms; others on this machine open and close files too, by whole slabs.
        const recent = readings.slice(-6);
        const fits = shown >= Math.min(...recent) - 32 && shown <= Math.max(...recent) + 32;
        seen.push(`${shown} in ${recent.join(' ')}`);
        if (fits) right++;
      }
      assert.equal(right, 3, seen.join('\n'));
    });
    await t.test(`${perSecond} files a second held are ${perSecond} objects a second ± 10 %, and certain`, async () => {
      // Others on this machine may open files meanwhile: then what slabinfo itself rose by over the same time is the truth.
      const started = { objects: slabObjects('filp'), at: performance.now() };
      const right = (rate: number): boolean => {
        const risen = ((slabObjects('filp') - started.objects) / (performance.now() - started.at)) * 1000;
        return [perSecond, Math.max(perSecond, risen)].some((truth) => Math.abs(rate - truth) <= truth * 0.1);
      };
      await screen.until(
        '▲ and the rate',
        (seen) => seen.some((line) => line.startsWith('>▲ filp')) && right(rowOf(seen, 'filp')?.rate ?? 0),
        30,
      );
      await screen.until('a forecast', (seen) => /filp.*grows .*memory is gone in \d/.test(seen[22] ?? ''), 10);
    });
    await t.test('Enter shows the counter that counts it and the process that holds it', async () => {
      screen.press('\r');
      await screen.until('the counter', (seen) => seen.some((line) => line.includes('/proc/sys/fs/file-nr')), 10);
      await screen.until('the holder', (seen) => seen.some((line) => line.includes(`(${held.pid})`)), 15);
    });
    await t.test('at 200 × 50 the same comes with more columns', async () => {
      screen.press('q');
      screen.resize(200, 50);
      const lines = await screen.until('the wide header', (seen) => seen.some((line) => line.includes('MERGED WITH')));
      assert.equal(lines[1]!.length, 200);
      assert.match(lines[49]!, /filter: filp/);
      screen.press('?');
      await screen.until('help', (seen) => seen[0] === 'keys of the live view');
    });
    await t.test('q ends it and gives the terminal back', async () => {
      screen.press('qq');
      await left(screen, 0);
    });
  } finally {
    screen.close();
    await held.stop();
  }
});

test('in Chinese the columns stand under their headings, and SIGTERM gives the terminal back', { skip }, async () => {
  const screen = await onScreen(kmai, { columns: 100, rows: 30, env: { LANG: 'zh_CN.UTF-8' } });
  try {
    const lines = await screen.until('the keys', (seen) => seen[29]?.includes('退出') === true);
    const header = lines.find((line) => line.includes('缓存 → 属主'))!;
    const row = lines[lines.indexOf(header) + 1]!;
    // A Chinese character takes two cells and one place in the string.
    const before = header.slice(0, header.indexOf('占用') + 2);
    const cells = before.length + before.replace(/[^\u2e80-\u9fff]/g, '').length;
    assert.match(row.slice(0, cells), /\d (B|KiB|MiB|GiB)$/, `${header}\n${row}`);
    screen.signal('SIGTERM');
    await left(screen, 143);
  } finally {
    screen.close();
  }
});

test('kill -9 of kmai leaves a terminal that can be used', { skip }, async () => {
  const screen = await onScreen(kmai, { columns: 80, rows: 24, env: { NO_COLOR: '1' } });
  try {
    await screen.until('the view', (seen) => seen[23]?.includes('q quit') === true);
    screen.signal('SIGKILL');
    await left(screen, 137);
  } finally {
    screen.close();
  }
});

test('Ctrl-Z gives the shell a clean screen, and fg brings the view back', { skip }, async () => {
  const screen = await onScreen("PS1='$ ' bash --norc -i", { columns: 80, rows: 24 });
  try {
    await screen.until('a prompt', (seen) => seen.some((line) => line.startsWith('$')));
    screen.press(`${kmai}\r`);
    await screen.until('the view', (seen) => seen[23]?.includes('q quit') === true);
    screen.press('\u001a');
    await screen.until('the shell', (seen) => seen.some((line) => line.includes('Stopped')));
    assert.deepEqual(screen.state(), { alternate: false, cursorHidden: false });
    screen.press('fg\r');
    await screen.until('the view again', (seen) => seen[23]?.includes('q quit') === true);
    assert.deepEqual(screen.state(), { alternate: true, cursorHidden: true });
    screen.press('q');
    await screen.until('the shell again', () => !screen.state().alternate);
    screen.press('exit\r');
    await left(screen, 0);
    assert.ok(!(await screen.lines()).some((line) => line.includes('MiB')), 'nothing of the view among the lines of the shell');
  } finally {
    screen.close();
  }
});

for (const TERM of ['linux', 'vt100'])
  test(`on a ${TERM} terminal all is ASCII and English, and the one screen there is is given back empty`, { skip }, async () => {
    const env = { TERM, LANG: 'zh_CN.UTF-8' };
    const screen = await onScreen(kmai, { columns: 80, rows: 24, env });
    try {
      await screen.until('the keys', (seen) => seen[23]?.includes('q quit') === true && seen[23].includes('Enter detail'));
      screen.press('\r');
      await screen.until('a detail', (seen) => seen.some((line) => line.includes('counted by')));
      screen.press('q?');
      await screen.until('help', (seen) => seen[0] === 'keys of the live view');
      screen.press('qq');
      const lines = await screen.until('the shell', (seen) => seen[0]!.startsWith('left 0 isig icanon echo'));
      assert.ok(
        lines.slice(1).every((line) => line === ''),
        lines.join('\n'),
      );
      assert.deepEqual(screen.state(), { alternate: false, cursorHidden: false });
      assert.doesNotMatch(screen.written(), /[\u0080-\u00ff]/);
      // 16 colours at most; a VT100 has none.
      const colours = screen.written().match(/\u001b\[[\d;]*m/g) ?? [];
      assert.ok(
        TERM === 'linux' ? !colours.some((one) => one.includes('8;5')) : colours.every((one) => one === '\u001b[0m'),
        colours.join(' '),
      );
    } finally {
      screen.close();
    }
  });

test('kill -9 on a console leaves nothing of the view on it', { skip }, async () => {
  const screen = await onScreen(kmai, { columns: 80, rows: 24, env: { TERM: 'linux' } });
  try {
    await screen.until('the view', (seen) => seen[23]?.includes('q quit') === true);
    screen.signal('SIGKILL');
    const lines = await screen.until('the shell', (seen) => seen.some((line) => line.startsWith('left 137 isig icanon echo')));
    assert.ok(!lines.some((line) => line.includes('MiB')), lines.join('\n'));
    assert.deepEqual(screen.state(), { alternate: false, cursorHidden: false });
  } finally {
    screen.close();
  }
});

test('a serial line that has no size is taken for 80 × 24', { skip }, async () => {
  const screen = await onScreen(`sh -c 'stty rows 0 cols 0; ${kmai}'`, { columns: 80, rows: 24, env: { TERM: 'vt220' } });
  try {
    const lines = await screen.until('the keys', (seen) => seen[23]?.includes('q quit') === true);
    assert.equal(lines[1]!.length, 80);
  } finally {
    screen.close();
  }
});

test('in tmux the view takes the window, follows its size, and gives back what was there', { skip: skip || noTmux() }, async () => {
  const server = `kmai-test-${process.pid}`;
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      cwd: root,
      env: { ...process.env, LANG: 'C.UTF-8' },
    });
  const until = async (check: (lines: readonly string[]) => boolean): Promise<void> => {
    for (const end = performance.now() + 15_000; !check(tmux('capture-pane', '-p').split('\n')); await sleep(100))
      if (performance.now() > end) throw new Error(tmux('capture-pane', '-p'));
  };
  try {
    tmux('new-session', '-d', '-x', '90', '-y', '24', "env PS1='$ ' bash --norc");
    tmux('send-keys', 'echo before', 'Enter', kmai, 'Enter');
    await until((lines) => lines[1]?.length === 90 && lines[23]?.includes('q quit') === true);
    tmux('resize-window', '-x', '120', '-y', '30');
    await until((lines) => lines[1]?.length === 120 && lines[29]?.includes('q quit') === true);
    tmux('send-keys', 'q');
    await until((lines) => lines.includes('before') && !lines.some((line) => line.includes('q quit')));
    assert.equal(tmux('display-message', '-p', '#{alternate_on} #{cursor_flag} #{wrap_flag}').trim(), '0 1 1');
  } finally {
    tmux('kill-server');
  }
});

test('a dumb terminal and a pipe get one look as text, without any control sequence', { skip }, async () => {
  const screen = await onScreen(`${kmai} --top 3`, { columns: 80, rows: 40, env: { TERM: 'dumb' } });
  try {
    await screen.until(
      'a ledger and an end',
      (seen) => seen.some((line) => line.startsWith('left 0')) && seen.some((line) => line.includes('MemTotal')),
    );
    assert.equal(screen.state().alternate, false);
  } finally {
    screen.close();
  }
  const piped = execFileSync(`${root}/bin/kmai`, ['look', '--top', '3'], { encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '' } });
  assert.ok(!piped.includes('\u001b'));
});

test('who may not read slabinfo is told so, and sees the ledger', { skip: skip || nobodyMay() }, async () => {
  const screen = await onScreen(`setpriv --reuid=65534 --regid=65534 --clear-groups ${kmai}`, { columns: 80, rows: 24 });
  try {
    const lines = await screen.until('the reason', (seen) => seen.some((line) => line.includes('/proc/slabinfo: ')));
    assert.match(lines.join('\n'), /slab caches cannot be read/);
    assert.match(lines.join('\n'), /run as root/);
    assert.match(lines[1]!, /^\[A*F*M*H*S*R*K*\?*\.*\]$/);
    screen.press('q');
    await left(screen, 0);
  } finally {
    screen.close();
  }
});

/** Whether another user could start kmai from here at all. */
function nobodyMay(): false | string {
  try {
    execFileSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', `${root}/bin/kmai`, '--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'another user cannot reach this folder';
  }
}

function noTmux(): false | string {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'there is no tmux';
  }
}
