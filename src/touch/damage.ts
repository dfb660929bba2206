/** A dump whose own structure is broken: nothing (more) can be read from it. `where` is a byte offset or a table's name. */
export class BadDump extends Error {
  readonly where: string;
  constructor(where: string, what: string) {
    super(`${where}: ${what}`);
    this.name = 'BadDump';
    this.where = where;
  }
}

/** Kernel memory that the dump does not hold, or that nothing is mapped at. */
export class Unmapped extends Error {
  readonly address: bigint;
  constructor(address: bigint, why: string) {
    super(`${hex(address)}: ${why}`);
    this.name = 'Unmapped';
    this.address = address;
  }
}

/** What a walk found broken in the kernel's own memory: evidence, never a reason to stop. */
export interface Flaw {
  readonly address: bigint;
  readonly what: string;
}

/** Collects flaws: the first `keep` in full, all of them counted. */
export interface Flaws {
  readonly list: readonly Flaw[];
  readonly count: number;
  add(address: bigint, what: string): void;
}

export function flaws(keep = 200): Flaws {
  const list: Flaw[] = [];
  let count = 0;
  return {
    list,
    get count() {
      return count;
    },
    add(address, what) {
      count++;
      if (list.length < keep) list.push({ address, what });
    },
  };
}

/** An address as the kernel prints it. */
export function hex(value: bigint | number): string {
  return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
}
