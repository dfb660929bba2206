export interface Redactor {
  /** Whether a file may hold such names at all; others are left as they are, byte by byte. */
  concerns(path: string): boolean;
  text(path: string, text: string): string;
  command(argv: readonly string[], output: string): string;
  path(path: string): string;
  hostname(name: string): string;
}
