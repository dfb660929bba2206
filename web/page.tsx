/** The page's entry: a report holds its record, a served page asks for it. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import type { Record } from '../src/model/record.ts';
import { App } from './app.tsx';
import { connect } from './server-state.ts';
import { harmless } from './harmless.ts';
import { PageContext, pageState, type PageState } from './state.ts';

/** The record of a report: JSON, gzip, base64, so that nothing in it can be taken for markup. */
async function embedded(text: string): Promise<{ record: Record; points: number | null }> {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as { record: Record; points: number | null };
}

async function start(): Promise<void> {
  const place = document.getElementById('page')!;
  const held = document.getElementById('kmai-record');
  let state: PageState;
  if (held === null) {
    const server = connect((record) => {
      state.record.value = harmless(record);
    });
    state = pageState({ record: null, thinnedTo: null, server });
  } else {
    const { record, points } = await embedded(held.textContent ?? '');
    state = pageState({ record: harmless(record), thinnedTo: points, server: null });
  }
  place.replaceChildren();
  render(
    <PageContext.Provider value={state}>
      <App />
    </PageContext.Provider>,
    place,
  );
  effect(() => {
    document.body.dataset['ready'] = state.record.value === null ? 'empty' : 'record';
  });
}

void start();
