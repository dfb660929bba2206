/**
 * The way back of a change is a shell script: it runs without kmai, it can be read, and an operator can run it by hand.
 * A command in it is given as argv and quoted word by word; nothing from outside is ever interpreted.
 */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

/** In single quotes nothing is special to sh; a single quote itself leaves them. A NUL can't be in an argument at all. */
export function shellWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('an argument contains a NUL');
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
