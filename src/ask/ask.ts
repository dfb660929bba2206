import type { Host } from '../host/host.ts';
import type { Fact, Unavailable } from '../model/evidence.ts';
import { type FactId, type FactValue, factSchemas } from '../model/facts.ts';
import type { Answer, Question } from './question.ts';
import { questions } from './questions.ts';

/** Facts that could be had, and for each that could not, one `Unavailable` whose `what` is the fact's id. */
export interface Answers {
  readonly facts: readonly Fact[];
  readonly unavailable: readonly Unavailable[];
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Questions that are asked at one time: commands of a dying machine must not start all at once. */
  readonly atOnce?: number;
  readonly questions?: readonly Question<FactId>[];
}

/**
 * Asks every question. One that fails never stops the others, and the results stand in the order of the list
 * whatever order the answers came in, so that a replay is byte-identical.
 */
export async function askAll(host: Host, options: AskOptions = {}): Promise<Answers> {
  const list = options.questions ?? questions;
  const answers: (Answer<FactId> | undefined)[] = list.map(() => undefined);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < list.length && options.signal?.aborted !== true) {
      const index = next++;
      const question = list[index];
      if (question !== undefined) answers[index] = await askOne(question, host);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.atOnce ?? 3, list.length) }, worker));
  const facts: Fact[] = [];
  const unavailable: Unavailable[] = [];
  for (const [index, question] of list.entries()) {
    const answer = answers[index];
    if (answer === undefined) unavailable.push(because(question.id, [notAsked]));
    else if (answer.ok) facts.push({ id: question.id, value: answer.value, from: answer.from });
    else unavailable.push(because(question.id, answer.unavailable));
  }
  return { facts, unavailable };
}

const notAsked: Unavailable = { what: 'the question', reason: 'absent', detail: 'stopped before it was asked', help: 'ask again' };

async function askOne(question: Question<FactId>, host: Host): Promise<Answer<FactId>> {
  try {
    const answer = await question.ask(host);
    if (!answer.ok) return answer;
    const checked = factSchemas[question.id].safeParse(answer.value);
    // The schema's order of members, whichever place the answer came from.
    if (checked.success) return { ok: true, value: checked.data as FactValue<FactId>, from: answer.from };
    const issue = checked.error.issues[0];
    return failed(answer.from, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not of its type'}`);
  } catch (error) {
    return failed(question.id, `the question failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function failed(what: string, detail: string): Answer<FactId> {
  return { ok: false, unavailable: [{ what, reason: 'malformed', detail, help: 'report this as a defect of kmai' }] };
}

/** Of several reasons the one a person can do most about stands for all: a right that is lacking before a program that is. */
const telling = ['denied', 'malformed', 'unsupported', 'absent'] as const;

function because(id: FactId, reasons: readonly Unavailable[]): Unavailable {
  const reason = telling.find((one) => reasons.some((why) => why.reason === one)) ?? 'absent';
  const help = [...new Set(reasons.map((why) => why.help).filter((one) => one !== ''))];
  const places = Map.groupBy(reasons, (why) => why.detail);
  const detail = [...places].map(([what, where]) => `${where.map((why) => why.what).join(', ')}: ${what}`).join('; ');
  return { what: id, reason, detail, help: help.join(', or ') };
}
