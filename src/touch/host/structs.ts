import { evaluate, findType, scalar } from '../btf/evaluate.ts';
import { type Flaws, Meaningless } from '../damage.ts';
import type { Kernel } from '../kernel.ts';

/** Reads structures as C names them; types may be modules'. For what is read a few hundred times, not millions. */
export interface Structs {
  /** A number or pointer. @throws Meaningless, Unmapped */
  readonly number: (expression: string) => bigint;
  /** What a `char *` or `char[]` says. */
  readonly text: (expression: string) => string;
  /** Entries of a list, as pointers to the struct that has it as `member`. */
  readonly list: (head: string, struct: string, member: string) => readonly bigint[];
  readonly has: (struct: string, member: string) => boolean;
}

const mostEntries = 10_000;

export function structs(kernel: Kernel, found: Flaws): Structs {
  function place(struct: string, member: string): number | undefined {
    try {
      const { btf, id } = findType(kernel, { words: `struct ${struct}`, stars: 0 });
      return btf.member(id, member)?.offset;
    } catch (error) {
      if (error instanceof Meaningless) return undefined;
      throw error;
    }
  }
  function number(expression: string): bigint {
    const value = scalar(kernel, evaluate(kernel, expression));
    if (value === undefined) throw new Meaningless('no_number', { expression });
    return value;
  }
  return {
    number,
    text(expression) {
      const value = evaluate(kernel, expression);
      const pointer = scalar(kernel, value);
      const address = pointer ?? ('address' in value ? value.address : 0n);
      return address === 0n ? '' : kernel.memory.string(address, 4096);
    },
    list(head, struct, member) {
      const value = evaluate(kernel, head);
      const offset = place(struct, member);
      if (!('address' in value) || offset === undefined) throw new Meaningless('no_list', { expression: head, struct });
      return kernel.list(value.address, offset, mostEntries, found);
    },
    has: (struct, member) => place(struct, member) !== undefined,
  };
}
