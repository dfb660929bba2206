/**
 * p-values adjusted so that calling everything below q significant keeps the share of false discoveries below q.
 * `independent`: Benjamini & Hochberg 1995, valid too for positively dependent tests. `any`: Benjamini & Yekutieli
 * 2001, whatever the dependence, at the price of the factor 1 + 1/2 + … + 1/m.
 */
export function adjusted(p: readonly number[], dependence: 'independent' | 'any' = 'independent'): number[] {
  const m = p.length;
  let factor = 1;
  if (dependence === 'any') for (let i = 2; i <= m; i++) factor += 1 / i;
  const order = p.map((_, i) => i).toSorted((a, b) => p[b]! - p[a]!);
  const result = Array.from<number>({ length: m });
  let lowest = 1;
  for (const [fromEnd, index] of order.entries()) {
    lowest = Math.min(lowest, (p[index]! * m * factor) / (m - fromEnd));
    result[index] = lowest;
  }
  return result;
}
