/** The page's side of `kmai serve`: what the server says, and what the reader asks of it. */
import { signal, type Signal } from '@preact/signals';
import { harmless } from './harmless.ts';
import type { Record } from '../src/model/record.ts';
import type { Plan, Served } from '../src/model/served.ts';

export interface ServerState {
  readonly served: Signal<Served | null>;
  readonly connected: Signal<boolean>;
  /** Why the last request was refused; "" where it was not. */
  readonly refused: Signal<string>;
  /** The record that is shown; 0: what is being watched; null: none yet. */
  readonly shown: Signal<number | null>;
  readonly uploading: Signal<boolean>;
  readonly show: (id: number) => void;
  readonly diagnose: (seconds: number) => void;
  readonly listen: (cache: string, seconds: number) => void;
  /** Ends the examination; its window is diagnosed as far as it went, or nothing is kept of it. */
  readonly end: (keep: boolean) => void;
  readonly upload: (file: File) => void;
  /** What treating a case would do on the machine that serves the page; null where that could not be had. */
  readonly plan: (caseId: string) => Promise<Plan | null>;
}

/** @param receive is given each record that is to be shown */
export function connect(receive: (record: Record) => void): ServerState {
  const served = signal<Served | null>(null);
  const connected = signal(true);
  const refused = signal('');
  const shown = signal<number | null>(null);
  const uploading = signal(false);

  async function ask(method: string, path: string, body?: string | Blob): Promise<Response | null> {
    refused.value = '';
    try {
      const response = await fetch(path, { method, ...(body === undefined ? {} : { body }) });
      if (response.ok) return response;
      refused.value = (await response.text()).slice(0, 500);
    } catch (error) {
      refused.value = String(error);
    }
    return null;
  }
  async function fetchRecord(path: string, id: number): Promise<void> {
    const response = await ask('GET', path);
    if (response === null || (id === 0 && shown.value !== 0)) return;
    shown.value = id;
    receive((await response.json()) as Record);
  }
  const show = (id: number): void => void fetchRecord(`/api/records/${id}`, id);

  const events = new EventSource('/api/events');
  events.addEventListener('open', () => {
    connected.value = true;
  });
  events.addEventListener('error', () => {
    connected.value = false;
  });
  events.addEventListener('served', (event: MessageEvent<string>) => {
    const before = served.value;
    const now = JSON.parse(event.data) as Served;
    served.value = now;
    const newest = now.records.at(-1)?.id ?? 0;
    if (newest > (before?.records.at(-1)?.id ?? 0)) show(newest);
    // What was being watched is gone: back to the last record.
    else if (now.running === null && shown.value === 0 && newest > 0) show(newest);
    else if (now.running !== null && now.running.partial > (before?.running?.partial ?? 0) && (shown.value === null || shown.value === 0)) {
      shown.value = 0;
      void fetchRecord('/api/running/record', 0);
    }
  });
  return {
    served,
    connected,
    refused,
    shown,
    uploading,
    show,
    diagnose: (seconds) => {
      shown.value = 0;
      void ask('POST', '/api/running', JSON.stringify({ kind: 'diagnose', seconds }));
    },
    listen: (cache, seconds) => void ask('POST', '/api/running', JSON.stringify({ kind: 'listen', cache, seconds })),
    end: (keep) => void ask('DELETE', keep ? '/api/running?keep=1' : '/api/running'),
    plan: async (caseId) => {
      const response = await ask('GET', `/api/plans/${encodeURIComponent(caseId)}`);
      return response === null ? null : harmless((await response.json()) as Plan);
    },
    upload: (file) => {
      uploading.value = true;
      void ask('POST', `/api/records?name=${encodeURIComponent(file.name)}`, file).finally(() => {
        uploading.value = false;
      });
    },
  };
}
