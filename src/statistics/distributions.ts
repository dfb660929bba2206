/**
 * Probability functions. simple-statistics has a normal table of two decimals only, which is too coarse for the
 * tails that false-discovery control over hundreds of caches looks at.
 */

/** Complementary error function, relative error below 1.2e-7 everywhere (Numerical Recipes, erfcc: a Chebyshev fit). */
function complementaryError(x: number): number {
  const z = Math.abs(x);
  const t = 1 / (1 + 0.5 * z);
  const fit = [1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  let polynomial = 0;
  for (const coefficient of fit.toReversed()) polynomial = coefficient + t * polynomial;
  const tail = t * Math.exp(-z * z - 1.26551223 + t * polynomial);
  return x >= 0 ? tail : 2 - tail;
}

/** P(Z > z) of a standard normal. */
export function normalTail(z: number): number {
  return 0.5 * complementaryError(z / Math.SQRT2);
}

/** P(|Z| > |z|). */
export function normalTwoSided(z: number): number {
  return Math.min(1, complementaryError(Math.abs(z) / Math.SQRT2));
}

/** The regularised incomplete beta function, by Lentz's continued fraction (Numerical Recipes, betai). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a;
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return front * fraction;
}

/** ln Γ(x) for x > 0 (Lanczos 1964; coefficients g = 5, n = 6). */
function logGamma(x: number): number {
  const series = [76.18009172947146, -86.5053203294168, 24.01409824083091, -1.231739572450155, 1.208650973866179e-3, -5.395239384953e-6];
  let sum = 1.000000000190015;
  series.forEach((coefficient, i) => {
    sum += coefficient / (x + 1 + i);
  });
  const shifted = x + 5.5;
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log((2.5066282746310007 * sum) / x);
}

/** P(|T| > |t|) of Student's t. */
export function studentTwoSided(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0;
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/**
 * The t that |T| exceeds with probability `p`. Newton's method from zero: the probability is convex there, so it
 * comes from below and never overshoots.
 */
export function studentQuantile(p: number, degrees: number): number {
  const scale = Math.exp(logGamma((degrees + 1) / 2) - logGamma(degrees / 2)) / Math.sqrt(degrees * Math.PI);
  let t = 0;
  for (let i = 0; i < 200; i++) {
    const density = scale * (1 + (t * t) / degrees) ** (-(degrees + 1) / 2);
    const next = t + (studentTwoSided(t, degrees) - p) / (2 * density);
    if (!(next > t * (1 + 1e-10))) break;
    t = next;
  }
  return t;
}
