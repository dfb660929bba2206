import { visible } from '../src/record/printable.ts';

/** What lies deeper in a record is nothing that is drawn. */
const deepest = 64;

/** The record with control characters and bidi overrides of every text made visible: what was read from a machine is hostile. */
export function harmless<T>(value: T, depth = 0): T {
  if (depth > deepest) return '…' as T;
  if (typeof value === 'string') return visible(value) as T;
  if (Array.isArray(value)) return (typeof value[0] === 'number' ? value : value.map((one: unknown) => harmless(one, depth + 1))) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [visible(key), harmless(member, depth + 1)])) as T;
}
