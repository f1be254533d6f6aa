// P(X >= hits) of a binomial distribution, summed from its most likely term on, so that small tails keep their digits.

/** `rate` in 0..1. 1 for no hits. */
export function binomialTail(hits: number, trials: number, rate: number): number {
  if (hits <= 0 || rate >= 1) return 1;
  if (hits > trials || rate <= 0) return 0;
  const odds = rate / (1 - rate);
  let term = Math.exp(logChoose(trials, hits) + hits * Math.log(rate) + (trials - hits) * Math.log1p(-rate));
  let tail = 0;
  for (let k = hits; k <= trials; k++) {
    tail += term;
    term *= ((trials - k) / (k + 1)) * odds;
  }
  return Math.min(1, tail);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log((n - i + 1) / i);
  return sum;
}
