/**
 * How sos names the file of a command's output: leading /usr/bin/ and the like dropped, every run of other
 * characters than letters, digits, `_ - . /` one `_`, `/` a `.`, and ` ._-` stripped at both ends.
 * sosreport/sos, sos/report/plugins/__init__.py, `_mangle_command`.
 */
export function sosName(argv: readonly string[]): string {
  return argv
    .join(' ')
    .replace(/^\/(?:usr\/)?s?bin\//, '')
    .replaceAll(/[^\p{L}\p{N}_\-./]+/gu, '_')
    .replaceAll('/', '.')
    .replaceAll(/^[ ._-]+|[ ._-]+$/g, '')
    .slice(0, 255);
}

/**
 * Commands that print the same as the given one in the same form, itself first. iproute2 takes its family
 * and detail flags in any order and `show`, `list` or nothing for the same; sos has used several over the years.
 */
export function sameCommands(argv: readonly string[]): readonly (readonly string[])[] {
  const [program, ...rest] = argv;
  if (program !== 'ip' || rest.some((word) => /^-j(?:son)?$|^-p(?:retty)?$|^-n|^netns$/.test(word))) return [argv];
  const start = rest.findIndex((word) => !word.startsWith('-'));
  if (start < 0) return [argv];
  const flags = rest.slice(0, start);
  const [object, ...after] = rest.slice(start);
  const verbs = ['show', 'list', 'ls', 'lst'];
  const [verb, ...selector] = after;
  const bare = verb === undefined || verbs.includes(verb);
  if (!bare) return [argv];
  // Without a family `ip rule` and `ip route` show IPv4.
  const ofFamily4 = flags.includes('-4') || !flags.some((flag) => /^-[06BM]$/.test(flag));
  const families =
    ofFamily4 && (object === 'rule' || object === 'route') ? [['-4'], []] : [flags.filter((flag) => /^-[046BM]$/.test(flag))];
  const others = flags.filter((flag) => !/^-[046BM]$/.test(flag));
  const orders = families.flatMap((family) => [
    [...family, ...others],
    [...others, ...family],
  ]);
  const endings =
    selector.length > 0
      ? [
          ['show', ...selector],
          ['list', ...selector],
        ]
      : [[], ['show'], ['list']];
  return [argv, ...orders.flatMap((order) => endings.map((ending) => ['ip', ...order, object!, ...ending]))];
}
