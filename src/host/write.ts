/** The few writes an intervention makes itself; all of them are journaled by whoever calls. Only intervene/ may use it. */
import { closeSync, mkdirSync, openSync, rmdirSync, statSync, writeFileSync } from 'node:fs';

/** Writes to a file that is there (a file of sysfs, a cgroup). @throws the errno, with the path in its message */
export function writeTo(path: string, text: string): void {
  writeFileSync(path, text, { flag: 'r+' });
}

/** Replaces a file, or makes it. @throws the errno */
export function writeFile(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}

export function makeFolder(path: string): void {
  mkdirSync(path);
}

export function removeFolder(path: string): void {
  rmdirSync(path);
}

export function openAndClose(path: string): void {
  closeSync(openSync(path, 'r'));
}

/** @returns whether there is such a file */
export function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
