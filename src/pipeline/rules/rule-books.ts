import { RuleBook } from '../../detect/rules/rule-book.ts';
import type { Clock } from '../../domain/time.ts';
import { readRules, readRuleVersion, recordRuleFaults, seedRules } from '../../store/rules.ts';
import type { Store } from '../../store/store.ts';
import { EventReader } from './event-reader.ts';

/** Reads events by each tenant's rules as they are now: a change holds for whatever is stored after it. */
export class RuleBooks {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #readers = new Map<number, EventReader>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async readerOf(tenantId: number): Promise<EventReader> {
    const pool = this.#store.writePool;
    let version = await readRuleVersion(pool, tenantId);
    if (version === null) {
      await seedRules(pool, tenantId);
      version = await readRuleVersion(pool, tenantId);
    }
    const known = this.#readers.get(tenantId);
    if (known !== undefined && known.book.version === version) return known;
    const book = new RuleBook(version ?? 0, await readRules(pool, tenantId));
    await recordRuleFaults(pool, tenantId, book.broken, this.#clock.nowUs());
    const reader = new EventReader(book);
    this.#readers.set(tenantId, reader);
    return reader;
  }
}
