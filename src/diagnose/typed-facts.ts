import { factSchemas, type FactId, type Facts, type FactValue } from '../model/facts.ts';

/**
 * The facts that have the shape of their schema. A fact of another shape (a foreign or damaged record) is a fact
 * that we do not have.
 */
export function typedFacts(facts: readonly { readonly id: string; readonly value: unknown }[]): Facts {
  const typed: { -readonly [Id in FactId]?: FactValue<Id> } = {};
  for (const { id, value } of facts) {
    if (!Object.hasOwn(factSchemas, id)) continue;
    const parsed = factSchemas[id as FactId].safeParse(value);
    if (parsed.success) Object.assign(typed, { [id]: parsed.data });
  }
  return typed;
}
