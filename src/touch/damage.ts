import { complaint, type Complaint, type ComplaintArgs, type ComplaintCode, complaintText } from '../messages/expression.ts';

/** What is wrong with an expression, a cache or an address that was asked for: a sentence in the reader's language. */
export class Meaningless extends Error {
  readonly complaint: Complaint;
  constructor(...[code, args]: { [C in ComplaintCode]: [code: C, args: ComplaintArgs<C>] }[ComplaintCode]) {
    const about = complaint(code, args as never);
    super(complaintText(about, 'en'));
    this.name = 'Meaningless';
    this.complaint = about;
  }
}

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
  /** Where it would be: mapped, but the dump leaves the page out. undefined: nothing is mapped there. */
  readonly physical: number | undefined;
  constructor(address: bigint, physical?: number) {
    super(
      `${hex(address)}: ${physical === undefined ? 'nothing is mapped here' : `the page is not in the dump (physical ${hex(physical)})`}`,
    );
    this.name = 'Unmapped';
    this.address = address;
    this.physical = physical;
  }
  get leftOut(): boolean {
    return this.physical !== undefined;
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
  /** Of them, pages that hold what the kernel needs and that the dump leaves out. */
  readonly leftOut: number;
  add(address: bigint, what: string, leftOut?: boolean): void;
}

export function flaws(keep = 200): Flaws {
  const list: Flaw[] = [];
  let count = 0;
  let missing = 0;
  return {
    list,
    get leftOut() {
      return missing;
    },
    get count() {
      return count;
    },
    add(address, what, leftOut = false) {
      count++;
      if (leftOut) missing++;
      if (list.length < keep) list.push({ address, what });
    },
  };
}

/** An address as the kernel prints it. */
export function hex(value: bigint | number): string {
  return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
}
