import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { available, unavailable } from '../model/reading.ts';
import type { Reading } from '../model/reading.ts';
import type { Entry } from './host.ts';
import { refusal } from './refusal.ts';

export const defaultMaxFileBytes = 64 * 1024 * 1024;
/** A file of procfs that is read again and again has no more as a rule. */
const usualBytes = 128 * 1024;
/** More than this is kept for files only that are read again: the view that may run for days needs no room for one big file it once read. */
const mostKept = 4 * usualBytes;

// Non-blocking: a pipe or /proc/kmsg must answer EAGAIN rather than stop the examination.
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Whole files read into one reused buffer, the hot ones through descriptors that stay open. */
export interface Files {
  /** Gives `use` the bytes; they are overwritten by the next read. */
  read<T>(path: string, use: (bytes: Buffer) => T): Reading<T>;
  close(): void;
}

/**
 * Files of procfs whose content is made anew when they are read at offset 0, and which are not bound to a
 * process that may go away. (proc/<pid>, and the links self and thread-self, are.)
 */
function mayStayOpen(path: string): boolean {
  return path.startsWith('/proc/') && !/^\/proc\/(?:\d|self\/|thread-self\/)/.test(path);
}

/**
 * @param maxBytes a larger file is `unsupported`, never cut
 * @param maxOpen descriptors that are kept: opening /proc/slabinfo anew costs as much as reading it
 */
export function files(maxBytes = defaultMaxFileBytes, maxOpen = 48): Files {
  const open = new Map<string, number>();
  const seen = new Set<string>();
  let buffer = Buffer.allocUnsafe(usualBytes);

  /** @returns the number of bytes, or null when there are more than `maxBytes` */
  function fill(fd: number, keep: boolean): number | null {
    let length = 0;
    for (;;) {
      // A size of 0 means nothing in procfs: only a read that gives nothing is the end.
      const got = readSync(fd, buffer, length, buffer.length - length, keep ? length : null);
      if (got === 0) return length;
      length += got;
      if (length > maxBytes) return null;
      if (length === buffer.length) {
        const larger = Buffer.allocUnsafe(Math.min(buffer.length * 4, maxBytes + 4096));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
    }
  }

  function tooLarge(path: string, size: string) {
    return unavailable(path, 'unsupported', `${size}, the limit is ${maxBytes} bytes`);
  }

  function readKept<T>(path: string, fd: number, use: (bytes: Buffer) => T): Reading<T> | null {
    try {
      const length = fill(fd, true);
      return length === null ? tooLarge(path, 'it goes on') : available(use(buffer.subarray(0, length)));
    } catch {
      // What it was opened on may be gone (a module unloaded, procfs remounted): open it anew, which gives the true errno.
      closeSync(fd);
      open.delete(path);
      return null;
    }
  }

  function readNew<T>(path: string, use: (bytes: Buffer) => T): Reading<T> {
    let fd: number | null = null;
    const again = seen.has(path);
    try {
      fd = openSync(path, openFlags);
      const stat = fstatSync(fd);
      if (stat.isDirectory()) return unavailable(path, 'unsupported', 'EISDIR: it is a folder');
      if (!stat.isFile()) return unavailable(path, 'unsupported', 'it is a device, pipe or socket, not a file');
      if (stat.size > maxBytes) return tooLarge(path, `${stat.size} bytes`);
      const length = fill(fd, false);
      if (length === null) return tooLarge(path, 'it goes on');
      if (mayStayOpen(path)) {
        if (again && open.size < maxOpen) {
          open.set(path, fd);
          fd = null;
        } else if (seen.size < 4096) seen.add(path);
      }
      return available(use(buffer.subarray(0, length)));
    } catch (error) {
      return refusal(path, error);
    } finally {
      if (fd !== null) closeSync(fd);
      if (!again && buffer.length > mostKept) buffer = Buffer.allocUnsafe(usualBytes);
    }
  }

  return {
    read(path, use) {
      const fd = open.get(path);
      return (fd === undefined ? null : readKept(path, fd, use)) ?? readNew(path, use);
    },
    close() {
      for (const fd of open.values()) closeSync(fd);
      open.clear();
    },
  };
}

/** Entries of a folder sorted by code unit, so that every machine and locale gives the same order. */
export function listFolder(path: string): Reading<readonly Entry[]> {
  try {
    const entries = readdirSync(path, { withFileTypes: true }).map((found): Entry => {
      if (found.isSymbolicLink()) return { name: found.name, kind: 'link', ...target(`${path}/${found.name}`) };
      return { name: found.name, kind: found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other' };
    });
    return available(entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  } catch (error) {
    return refusal(path, error);
  }
}

/** The link's text; nothing where it may not be read (/proc/1/exe) or has just gone: the entry is still there. */
function target(path: string): { target?: string } {
  try {
    return { target: readlinkSync(path) };
  } catch {
    return {};
  }
}
