// Statistics for the planner while a memory is young. Autovacuum gathers them too, but minutes later: without them, a
// lookup of one series takes the index of its asset for as good as its own, and reads all other series with it.
import type pg from 'pg';
import { DERIVED_TABLES } from './derived-tables.ts';

const COUNTED_TABLES = [
  'signature',
  'signature_form',
  'asset',
  'anomaly_verdict',
  'feature_bucket',
  'signature_minute',
  'entity_bucket',
];
const TABLES = [...COUNTED_TABLES, ...DERIVED_TABLES];

const FIRST_AT_EVENTS = 500;
const GROWTH = 4;

/** Gathers them each time that the events counted here have grown fourfold: soon, then less and less often. */
export class YoungStatistics {
  readonly #pool: pg.Pool;
  #events = 0;
  #nextAt = FIRST_AT_EVENTS;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Call it after COMMIT. */
  async grownBy(events: number): Promise<void> {
    this.#events += events;
    if (this.#events < this.#nextAt) return;
    while (this.#nextAt <= this.#events) this.#nextAt *= GROWTH;
    await this.#pool.query(`analyze ${TABLES.join(', ')}`);
  }
}
