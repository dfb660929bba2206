import type { CallSite } from '../model/evidence.ts';
import { frameNames, type CallSiteWeight } from './folded.ts';

interface SpeedscopeProfile {
  readonly type: 'sampled';
  readonly name: string;
  readonly unit: 'none' | 'bytes';
  readonly startValue: 0;
  readonly endValue: number;
  /** Indices into the shared frames, outermost first. */
  readonly samples: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

/** speedscope's file format (https://www.speedscope.app/file-format-schema.json). */
export interface SpeedscopeFile {
  readonly $schema: 'https://www.speedscope.app/file-format-schema.json';
  readonly name: string;
  readonly exporter: string;
  readonly activeProfileIndex: 0;
  readonly shared: { readonly frames: readonly { readonly name: string; readonly file?: string }[] };
  readonly profiles: readonly SpeedscopeProfile[];
}

const views: readonly (readonly [CallSiteWeight, string, 'none' | 'bytes'])[] = [
  ['outstanding', 'objects still held', 'none'],
  ['bytes', 'bytes still held', 'bytes'],
  ['allocated', 'objects allocated', 'none'],
];

/** The call sites as three profiles: what is held in objects and in bytes, and what was allocated. */
export function speedscopeOf(sites: readonly CallSite[], name: string): SpeedscopeFile {
  const frames: { name: string; file?: string }[] = [];
  const numbers = new Map<string, number>();
  const frame = (text: string): number => {
    const had = numbers.get(text);
    if (had !== undefined) return had;
    numbers.set(text, frames.length);
    const module = /^(.*) \[(\w+)\]$/.exec(text);
    return frames.push(module === null ? { name: text } : { name: module[1]!, file: `${module[2]}.ko` }) - 1;
  };
  const stacks = sites.map((site) => [site.cache, ...frameNames(site).toReversed()].map(frame));
  const profiles = views.map(([weight, title, unit]): SpeedscopeProfile => {
    const held = sites.map((_, index) => index).filter((index) => sites[index]![weight] > 0);
    const weights = held.map((index) => sites[index]![weight]);
    const endValue = weights.reduce((sum, value) => sum + value, 0);
    return { type: 'sampled', name: title, unit, startValue: 0, endValue, samples: held.map((index) => stacks[index]!), weights };
  });
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    exporter: 'kmai',
    activeProfileIndex: 0,
    shared: { frames },
    profiles,
  };
}
