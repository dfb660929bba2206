/**
 * Takes `count` steps, `perSecond` a second, and tells how many were made so far as lines `MILLISECONDS-SINCE-1970 COUNT` on
 * stdout, ten a second. On a busy machine a workload falls behind its pace: what it really did is the truth, not what it was
 * told to do.
 */
export function atPace(count: number, perSecond: number, step: (index: number) => void, end: () => void = () => {}): void {
  const started = performance.now();
  let made = 0;
  let told = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((performance.now() - started) / 1000) * perSecond));
    while (made < due) step(made++);
    const now = Date.now();
    if (now - told >= 100) {
      told = now;
      console.log(`${now} ${made}`);
    }
    if (made < count) return;
    clearInterval(timer);
    end();
  }, 20);
}
