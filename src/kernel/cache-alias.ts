/**
 * Names under which one general-purpose cache is known. The sizes were written in bytes until 4.20 and are in k
 * since (kmalloc-2048 → kmalloc-2k); Linux kernel commit f0d77874143f "mm, slab: shorten kmalloc cache names for
 * large sizes" (in v4.20).
 */
export function sameCache(a: string, b: string): boolean {
  return a === b || plain(a) === plain(b);
}

function plain(name: string): string {
  return name.replace(/^((?:dma-)?kmalloc-(?:cg-|rcl-)?)(\d+)$/, (whole, prefix: string, bytes: string) =>
    Number(bytes) >= 1024 && Number(bytes) % 1024 === 0 ? `${prefix}${Number(bytes) / 1024}k` : whole,
  );
}
