/** The path given to --from is nothing that can be examined: for people, with what was expected. */
export class Unreadable extends Error {
  readonly path: string;
  readonly expected: string;
  constructor(path: string, found: string, expected: string) {
    super(`${path}: ${found}; expected ${expected}`);
    this.name = 'Unreadable';
    this.path = path;
    this.expected = expected;
  }
}
