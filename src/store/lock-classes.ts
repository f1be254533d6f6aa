/**
 * The first numbers of this program's advisory locks, all in one place so that no two share one. The second number is
 * the tenant, where nothing else is said.
 */
export const LockClass = {
  OUTBOX: 7_303,
  FOLD: 7_304,
  DETECT: 7_305,
  SIGNING: 7_306,
  PRUNE: 7_307,
  /** The second number is a hash of the source. */
  SOURCE: 7_308,
  /** One for the whole database. */
  BACKTEST: 7_391,
} as const;
