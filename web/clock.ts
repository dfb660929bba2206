/** Times of a record as people read them, UTC as in the record. A hostile record may hold any number: what is no time is shown as the number it is. */

const last = 8.64e12;

/** @param time unix seconds; @param step seconds between those that are told apart */
export function clock(time: number, step: number): string {
  if (!(Math.abs(time) <= last)) return String(time);
  const iso = new Date(time * 1000).toISOString();
  return step >= 86_400 ? iso.slice(0, 10) : iso.slice(11, step >= 60 ? 16 : 19);
}

/** ISO 8601 without its T: the same in every country. */
export function instant(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}
