/** What was changed, and what that showed: the arms of an experiment as a forest plot, a treatment before and after. */
import { eventOf } from '../src/messages/experiment.ts';
import type { PageWords } from '../src/messages/page.ts';
import type { Language } from '../src/messages/reasons.ts';
import type { Outcome } from '../src/model/evidence.ts';
import { outcomeSentence } from '../src/record/outcome.ts';
import { ticks } from './scatter.tsx';
import { useWords } from './state.ts';
import { instant } from './clock.ts';

export function OutcomeList({ outcomes }: { readonly outcomes: readonly Outcome[] }) {
  const { language, page } = useWords();
  return (
    <ul class="plain outcomes">
      {outcomes.map((outcome, at) => (
        <li key={at}>
          <p class="said">{outcomeSentence(outcome, language)}</p>
          <p class="soft">{[outcome.protocol, outcome.cache, outcome.by, outcome.at && instant(outcome.at)].filter(Boolean).join(' · ')}</p>
          <Forest rows={rowsOf(outcome, language, page)} />
        </li>
      ))}
    </ul>
  );
}

interface Row {
  readonly label: string;
  readonly note: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly strong: boolean;
}

function rowsOf(outcome: Outcome, language: Language, page: PageWords): Row[] {
  const arms = outcome.arms.map((arm): Row => {
    const state = arm.convicted ? 'convicted' : (arm.undecided ?? 'acquitted');
    return {
      label: arm.address === undefined ? eventOf(arm.stimulus, language) : `${eventOf(arm.stimulus, language)} @ ${arm.address}`,
      note: state,
      value: arm.objects_per_event,
      low: arm.interval95[0],
      high: arm.interval95[1],
      strong: arm.convicted,
    };
  });
  const { treatment } = outcome;
  if (treatment === undefined) return arms;
  const { before, after } = page.finding;
  const row = (label: string, value: number, [low, high]: readonly [number, number], strong: boolean): Row => ({
    label,
    note: '',
    value,
    low,
    high,
    strong,
  });
  const measured = [row(before, treatment.before, treatment.before95, true)];
  if (treatment.after !== null && treatment.after95 !== null) measured.push(row(after, treatment.after, treatment.after95, false));
  return [...arms, ...measured];
}

const [width, line, left, right] = [760, 30, 300, 210];

/** To four digits at most, with a true minus. */
function brief(value: number): string {
  const text = String(Number(Math.abs(value).toPrecision(4)));
  return value < 0 ? `−${text}` : text;
}

/** Each row its value and interval on one scale, zero among it: an interval that holds zero shows no effect. */
function Forest({ rows }: { readonly rows: readonly Row[] }) {
  const { page } = useWords();
  if (rows.length === 0) return null;
  const finite = rows.flatMap(({ value, low, high }) => [value, low, high]).filter(Number.isFinite);
  const [from, to] = [Math.min(0, ...finite), Math.max(0.1, ...finite)];
  const pad = (to - from) * 0.05;
  const x = (value: number): number => left + ((value - from + pad) / (to - from + 2 * pad)) * (width - left - right);
  const held = (value: number, otherwise: number): number => (Number.isFinite(value) ? value : otherwise);
  const height = rows.length * line + 28;
  const words: Readonly<{ [state: string]: string }> = page.arms;
  const text = (row: Row): string => `${brief(row.value)} (${page.interval(brief(row.low), brief(row.high))})`;
  return (
    <svg
      class="picture wide"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={rows.map((row) => `${row.label}: ${text(row)} ${words[row.note] ?? ''}`).join('; ')}
    >
      {ticks(from, to).map((value) => (
        <g key={value} class="tick">
          <line x1={x(value)} x2={x(value)} y1={4} y2={height - 24} />
          <text x={x(value)} y={height - 8} text-anchor="middle">
            {brief(value)}
          </text>
        </g>
      ))}
      <line class="zero" x1={x(0)} x2={x(0)} y1={4} y2={height - 24} />
      {rows.map((row, at) => {
        const y = at * line + line / 2 + 4;
        return (
          <g key={at} class={row.strong ? 'arm strong' : 'arm'}>
            <text x={left - 12} y={y + 4} text-anchor="end">
              {row.label.length > 44 ? `${row.label.slice(0, 43)}…` : row.label}
            </text>
            <line x1={x(held(row.low, from))} x2={x(held(row.high, to))} y1={y} y2={y} />
            <rect x={x(row.value) - 5} y={y - 5} width="10" height="10" />
            <text x={width - right + 12} y={y + 4}>
              {text(row)}
            </text>
            <title>{`${row.label}: ${text(row)} ${words[row.note] ?? ''}`}</title>
          </g>
        );
      })}
    </svg>
  );
}
