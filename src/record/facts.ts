/** `kmai ask`: each fact with its value in a line or two, and where it was read. */
import { reasonWords, tell } from '../messages/details.ts';
import type { Language } from '../messages/reasons.ts';
import { reportWords } from '../messages/report.ts';
import type { Record } from '../model/record.ts';
import { painter, printable, row, type TextOptions } from './layout.ts';

const labelWidth = 16;
const shownItems = 6;

export function renderFacts(record: Record, language: Language, options: TextOptions): string {
  const words = reportWords[language];
  const ink = painter(options.color);
  const lines: string[] = [];
  for (const { id, value, from } of record.facts) {
    const paragraphs = paragraphsOf(value, words.more, words.none).map(printable);
    lines.push(...row(id, labelWidth, [paragraphs[0] ?? '–', ...paragraphs.slice(1), ink.dim(words.from(printable(from)))], options.width));
  }
  for (const { what, reason, detail, help } of record.unavailable)
    lines.push(
      ...row(
        words.stages.unread,
        labelWidth,
        [
          printable(
            `${what}: ${reasonWords[language][reason]}, ${tell(detail, language)}${help === '' ? '' : `; ${words.help}: ${tell(help, language)}`}`,
          ),
        ],
        options.width,
      ),
    );
  return `${lines.join('\n')}\n`;
}

function paragraphsOf(value: unknown, more: (count: number) => string, none: string): string[] {
  if (Array.isArray(value)) {
    const shown = value.slice(0, shownItems).map(oneLine);
    return value.length === 0 ? [none] : [...shown, ...(value.length > shownItems ? [more(value.length - shownItems)] : [])];
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 12) {
    const entries = Object.entries(value);
    return [
      `${entries
        .slice(0, shownItems)
        .map(([key, one]) => `${key}=${oneLine(one)}`)
        .join(' ')} ${more(entries.length - shownItems)}`,
    ];
  }
  return [oneLine(value)];
}

/** A rule, route or unit is known by its text or name; anything else by its members. */
function oneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('text' in value && typeof value.text === 'string') return value.text;
  return Object.entries(value)
    .filter(([, member]) => member !== '' && member !== false && !(Array.isArray(member) && member.length === 0))
    .map(([key, member]) => `${key} ${typeof member === 'object' ? JSON.stringify(member) : String(member)}`)
    .join(', ');
}
