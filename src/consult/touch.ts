/** Palpation for the fronts: opens a core and runs one verb on it. */
import { complaintText } from '../messages/expression.ts';
import { progressText } from '../messages/progress.ts';
import type { Language } from '../messages/reasons.ts';
import type { Reading } from '../model/reading.ts';
import { available } from '../model/reading.ts';
import { complaintOf } from '../touch/btf/evaluate.ts';
import { type Core, openCore, refused } from '../touch/vmcore.ts';
import { type Examination, examineCaches, examineCensus, examineExpression, examineLayout, examineOrphans } from '../touch/examine.ts';
import { examinePages } from '../touch/examine-pages.ts';
import { examineObject, examinePage } from '../touch/examine-address.ts';

export const touchVerbs = ['caches', 'census', 'orphans', 'pages', 'read', 'struct', 'page', 'object'] as const;
export type TouchVerb = (typeof touchVerbs)[number];

export interface TouchQuestion {
  readonly verb: TouchVerb;
  /** Cache, expression, struct or address; only `caches` and `pages` have none, and `orphans` may. */
  readonly about: string | undefined;
  /** A dump, or /proc/kcore. */
  readonly core: string;
  /** Of a census: unreachable objects only. */
  readonly lostOnly: boolean;
  /** Bytes that the tables of mark and sweep may take. */
  readonly memory?: number | undefined;
  readonly onProgress: (text: string) => void;
  /** Of the progress, and of what is wrong with the question. */
  readonly language?: Language;
}

export interface Touched extends Examination {
  readonly core: {
    readonly format: string;
    readonly release: string;
    readonly level: number;
    readonly damage: readonly (readonly [string, number])[];
  };
  /** What was broken in the kernel's own memory. */
  readonly flaws: { readonly count: number; readonly first: readonly { readonly address: bigint; readonly what: string }[] };
}

/** The question can't be answered as asked: the message says what would be right. */
export class BadQuestion extends Error {
  override readonly name = 'UsageError';
}

/** @throws BadQuestion for an unknown cache, a bad expression, an address nowhere */
export async function touch(question: TouchQuestion): Promise<Reading<Touched>> {
  question.onProgress(progressText('opening', { path: question.core }, question.language ?? 'en'));
  const core = await openCore(question.core, question.memory);
  if (!core.ok) return core;
  const { kernel, flaws } = core.value;
  try {
    const examination = await examine(core.value, question);
    return available({
      ...examination,
      core: { format: kernel.image.format, release: kernel.release, level: kernel.image.level, damage: [...kernel.image.damage] },
      flaws: { count: flaws.count, first: flaws.list.slice(0, 20) },
    });
  } catch (error) {
    const about = complaintOf(error);
    if (about !== undefined) throw new BadQuestion(complaintText(about, question.language ?? 'en'));
    return refused(question.core, error);
  } finally {
    kernel.image.close();
    question.onProgress('');
  }
}

function examine(core: Core, { verb, about, lostOnly, onProgress }: TouchQuestion): Examination | Promise<Examination> {
  if (verb === 'caches') return examineCaches(core);
  if (verb === 'orphans') return examineOrphans(core, about, onProgress);
  if (verb === 'pages') return examinePages(core, onProgress);
  if (about === undefined) throw new BadQuestion(`kmai touch ${verb} needs something to examine`);
  if (verb === 'census') return examineCensus(core, about, lostOnly, onProgress);
  if (verb === 'read') return examineExpression(core, about);
  if (verb === 'struct') return examineLayout(core, about);
  return verb === 'page' ? examinePage(core, about) : examineObject(core, about);
}
