/** A Record as one HTML file that stands alone: the page's code, its style and the record, and leave to load nothing else. */
import { createHash } from 'node:crypto';
import { constants, gzipSync } from 'node:zlib';
import type { Language } from '../messages/reasons.ts';
import { pageWords } from '../messages/page.ts';
import type { Record } from '../model/record.ts';
import { printable, visible } from './printable.ts';
import { renderText } from './text.ts';
import { thinned } from './thin.ts';

export interface PageCode {
  readonly script: string;
  readonly style: string;
}

/** Bytes of base64 that the record may take. */
const room = 200 * 1024;
/** Points a series is thinned to, in turn, until the record fits; the last is taken in any case. */
const thinner = [2000, 600, 240, 120, 60];
/** Call paths that are kept of a record that has to be thinned: those that hold most. */
const mostCallsites = 2000;

export function renderHtml(record: Record, language: Language, code: PageCode): string {
  // The bundle's own text must not end the element it stands in.
  const script = code.script.replaceAll(/<(?=\/script|!--)/gi, String.raw`\x3c`);
  const style = code.style.replaceAll(/<(?=\/style)/gi, String.raw`\3c `);
  const words = pageWords[language];
  const policy = [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    "img-src 'self' data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : language}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escaped(`${words.title} · ${printable(record.machine.hostname)}`)}</title>
<style>${style}</style>
<body>
<div id="page"><pre>${escaped(visible(renderText(record, language, { width: 100, color: false })))}</pre></div>
<script type="application/octet-stream" id="kmai-record">${packed(record)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** The whole record where it fits; else what its pictures draw, and to how many points. */
function packed(record: Record): string {
  const whole = pack({ record, points: null });
  if (whole.length <= room) return whole;
  const fewer = {
    ...record,
    callsites: record.callsites.toSorted((a, b) => b.bytes - a.bytes).slice(0, mostCallsites),
  };
  let last = '';
  for (const points of thinner) {
    last = pack({ record: thinned(fewer, points), points });
    if (last.length <= room) break;
  }
  return last;
}

function pack(value: unknown): string {
  return gzipSync(JSON.stringify(value), { level: constants.Z_BEST_COMPRESSION }).toString('base64');
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
