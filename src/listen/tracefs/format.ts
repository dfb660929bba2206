import { Malformed } from '../../model/reading.ts';

/** Where an event's fields lie: tracefs' events/GROUP/EVENT/format. */
export interface EventFormat {
  readonly id: number;
  readonly fields: ReadonlyMap<string, { readonly offset: number; readonly size: number; readonly isText: boolean }>;
}

/** @throws Malformed without an ID or fields */
export function parseFormat(text: string): EventFormat {
  const id = /^ID: (\d+)$/m.exec(text)?.[1];
  if (id === undefined) throw new Malformed(2, 'ID: number', text.split('\n')[1] ?? '');
  const fields = new Map<string, { offset: number; size: number; isText: boolean }>();
  for (const [, declaration = '', offset, size] of text.matchAll(/^\s*field:([^;]+);\s*offset:(\d+);\s*size:(\d+);/gm)) {
    const name = /(\w+)(?:\[[^\]]*\])?$/.exec(declaration.trim())?.[1];
    if (name !== undefined) fields.set(name, { offset: Number(offset), size: Number(size), isText: declaration.includes('__data_loc') });
  }
  if (fields.size === 0) throw new Malformed(4, 'field:… offset:… size:…', text);
  return { id: Number(id), fields };
}

/** The offset of a field. @throws Malformed when the event has none of that name */
export function fieldOffset(format: EventFormat, name: string): number {
  const found = format.fields.get(name);
  if (found === undefined) throw new Malformed(0, `a field ${name}`, [...format.fields.keys()].join(' '));
  return found.offset;
}
