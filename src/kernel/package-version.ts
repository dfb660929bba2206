/**
 * Package versions in order, as dpkg and rpm compare them. Pure; each returns a negative number, 0 or a positive
 * one like a sort function.
 */

/** Debian policy, "Version": epoch, upstream version, revision; ~ sorts before everything, even the end. */
export function compareDebian(a: string, b: string): number {
  const [x, y] = [debianParts(a), debianParts(b)];
  return x.epoch - y.epoch || debianPart(x.upstream, y.upstream) || debianPart(x.revision, y.revision);
}

function debianParts(version: string): { readonly epoch: number; readonly upstream: string; readonly revision: string } {
  const colon = version.indexOf(':');
  const epoch = colon > 0 && /^\d{1,9}$/.test(version.slice(0, colon)) ? Number(version.slice(0, colon)) : 0;
  const rest = colon > 0 ? version.slice(colon + 1) : version;
  const dash = rest.lastIndexOf('-');
  return dash < 0 ? { epoch, upstream: rest, revision: '' } : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
}

function debianPart(a: string, b: string): number {
  let [x, y] = [a, b];
  while (x !== '' || y !== '') {
    const [p, q] = [/^\D*/.exec(x)![0], /^\D*/.exec(y)![0]];
    for (let at = 0; at < Math.max(p.length, q.length); at += 1) {
      const difference = debianOrder(p[at]) - debianOrder(q[at]);
      if (difference !== 0) return difference;
    }
    [x, y] = [x.slice(p.length), y.slice(q.length)];
    const [n, m] = [/^\d*/.exec(x)![0], /^\d*/.exec(y)![0]];
    const difference = compareDigits(n, m);
    if (difference !== 0) return difference;
    [x, y] = [x.slice(n.length), y.slice(m.length)];
  }
  return 0;
}

/** ~ before the end, the end before letters, letters before all else. */
function debianOrder(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

/** rpm's rpmvercmp over epoch, version and release. A version without release is compared without it. */
export function compareRpm(a: string, b: string): number {
  const [x, y] = [rpmParts(a), rpmParts(b)];
  const upTo = x.epoch - y.epoch || rpmPart(x.version, y.version);
  return upTo || (x.release === '' || y.release === '' ? 0 : rpmPart(x.release, y.release));
}

function rpmParts(version: string): { readonly epoch: number; readonly version: string; readonly release: string } {
  const match = /^(?:(\d{1,9}):)?([^-]*)(?:-(.*))?$/s.exec(version);
  return { epoch: Number(match?.[1] ?? 0), version: match?.[2] ?? version, release: match?.[3] ?? '' };
}

/** Segments of digits or letters; digits win over letters; ~ sorts before the end and ^ just after it. */
function rpmPart(a: string, b: string): number {
  let [x, y] = [a, b];
  while (true) {
    x = x.replace(/^[^A-Za-z0-9~^]+/, '');
    y = y.replace(/^[^A-Za-z0-9~^]+/, '');
    if (x.startsWith('~') || y.startsWith('~')) {
      if (!x.startsWith('~')) return 1;
      if (!y.startsWith('~')) return -1;
      [x, y] = [x.slice(1), y.slice(1)];
      continue;
    }
    if (x.startsWith('^') || y.startsWith('^')) {
      if (x === '') return -1;
      if (y === '') return 1;
      if (!x.startsWith('^')) return 1;
      if (!y.startsWith('^')) return -1;
      [x, y] = [x.slice(1), y.slice(1)];
      continue;
    }
    if (x === '' || y === '') return x === '' ? (y === '' ? 0 : -1) : 1;
    const digits = /^\d/.test(x);
    const [p, q] = digits ? [/^\d+/.exec(x)![0], /^\d*/.exec(y)![0]] : [/^[A-Za-z]+/.exec(x)![0], /^[A-Za-z]*/.exec(y)![0]];
    if (q === '') return digits ? 1 : -1;
    const difference = digits ? compareDigits(p, q) : p < q ? -1 : p > q ? 1 : 0;
    if (difference !== 0) return difference;
    [x, y] = [x.slice(p.length), y.slice(q.length)];
  }
}

/** Numbers of any length, without losing digits. */
function compareDigits(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
}
