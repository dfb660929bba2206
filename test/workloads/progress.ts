/**
 * Gives a function that tells how many objects were made so far, as lines `MILLISECONDS-SINCE-1970 COUNT` on stdout, ten
 * a second. On a busy machine a workload falls behind its pace: what it really did is the truth, not what it was told to do.
 */
export function progress(): (made: number) => void {
  let last = 0;
  return (made) => {
    const now = Date.now();
    if (now - last < 100) return;
    last = now;
    console.log(`${now} ${made}`);
  };
}
