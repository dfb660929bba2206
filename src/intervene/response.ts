/** What an experiment watches: how many objects an alias has. Made by whoever knows where that is counted. */
export interface Response {
  readonly alias: string;
  /** The counter, for people. */
  readonly by: string;
  /** Counts every object; otherwise slabinfo, which counts the free objects of per-CPU slabs as well. */
  readonly exact: boolean;
  /** How many objects the count moves by. */
  readonly lump: number;
  /** Bytes of an object in its slab; null where unknown. */
  readonly objectBytes: number | null;
  /** null: it could not be read now. */
  read(): number | null;
}
