/**
 * Pairs i < j with values[i] > values[j] (strict), or with values[i] ≥ values[j], counted while merge-sorting:
 * O(n log n) (Knight 1966). Both Kendall's S and the rank of a slope among all pairwise slopes are such counts.
 */
export function inversions(values: ArrayLike<number>, ties: 'counted' | 'left-out'): number {
  let from = Float64Array.from(values);
  let to = new Float64Array(from.length);
  let count = 0;
  for (let width = 1; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length);
      const end = Math.min(start + 2 * width, from.length);
      let left = start;
      let right = middle;
      for (let k = start; k < end; k++) {
        const leftFirst =
          right >= end || (left < middle && (ties === 'counted' ? from[left]! < from[right]! : from[left]! <= from[right]!));
        if (leftFirst) to[k] = from[left++]!;
        else {
          count += middle - left;
          to[k] = from[right++]!;
        }
      }
    }
    [from, to] = [to, from];
  }
  return count;
}
