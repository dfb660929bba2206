/** `kmai undo`: the fronts' way to the journal. */
export { pending, undoAll, type Undone } from '../intervene/undo.ts';
export type { Entry } from '../intervene/undo.ts';
