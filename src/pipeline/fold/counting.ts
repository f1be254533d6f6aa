// Counts batches for the families that their events belong to, and brings these families in line with what people
// decided. All of it in the caller's transaction, under the tenant's lock.

import type pg from 'pg';
import type { Micros } from '../../domain/time.ts';
import { eachInTurns, mapInTurns } from '../../domain/turns.ts';
import { describeForm } from '../../signature/engine.ts';
import {
  addToBuckets,
  addToSignatures,
  addToSources,
  claimUnfolded,
  findUncounted,
} from '../../store/counters.ts';
import { addToEntityBuckets, addToRuleBuckets } from '../../store/entity-counters.ts';
import type { MovedSeries } from '../../store/families.ts';
import { LockClass } from '../../store/lock-classes.ts';
import { recordRuleFaults } from '../../store/rules.ts';
import type { Touched, TouchedRule } from '../detect/touched.ts';
import type { BoundGroups } from '../families/bound-view.ts';
import { type RebindScope, type Rebound, rebind } from '../families/rebind.ts';
import { type Families, groupFamilies, rewordFamilies } from '../families/regroup.ts';
import type { EventReader } from '../rules/event-reader.ts';
import { exampleOf, storableText } from '../sign.ts';
import { ALL_SIGNATURES, Deltas, type FoldableBatch } from './deltas.ts';
import { recountStored } from './recount.ts';

/** One at a time per tenant, over all processes; held until the transaction ends. */
export async function lockFolding(client: pg.ClientBase, tenantId: number): Promise<void> {
  await client.query({
    name: 'fold_lock',
    text: 'select pg_advisory_xact_lock($1::int, $2::int)',
    values: [LockClass.FOLD, tenantId],
  });
}

/** How stored events are read, and when that is. */
export interface Reading {
  readonly reader: EventReader;
  readonly nowUs: Micros;
}

export class Counting {
  readonly regrouped: MovedSeries[] = [];
  readonly #families: Families;
  readonly #reading: Reading;
  readonly #matched: TouchedRule[] = [];
  readonly #touched: Touched[] = [];
  readonly #changed = new Set<string>();
  readonly #steps: ((signatureId: string) => string)[] = [];
  /** What came up in families that decisions bind; null: nothing. */
  #bound: BoundGroups | null = null;
  #eventCount = 0;

  constructor(families: Families, reading: Reading) {
    this.#families = families;
    this.#reading = reading;
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  /** Series that got new events, by the signatures for which they are counted. */
  get touched(): Touched[] {
    return this.#touched.map((t) => ({ ...t, signatureId: this.rootOf(t.signatureId) }));
  }

  /** Rules and subjects that got new matches. */
  get matched(): readonly TouchedRule[] {
    return this.#matched;
  }

  /** Where what was counted for the given signature is counted now. */
  rootOf(signatureId: string): string {
    return this.#steps.reduce((at, step) => step(at), signatureId);
  }

  /** Counts those that nobody has counted yet. `others`: more signatures whose roots are wanted. */
  async add(batches: readonly FoldableBatch[], others: readonly string[] = []): Promise<void> {
    const { client, tenantId } = this.#families;
    const claimed = await claimUnfolded(
      client,
      tenantId,
      batches.map((batch) => batch.batchId),
    );
    const sum = new Deltas();
    await eachInTurns(onceEach(batches), ({ batchId, deltas }) => {
      if (claimed.has(batchId)) sum.merge(deltas);
    });
    const grouping = await groupFamilies(this.#families, sum, others);
    const grouped = await sum.grouped(grouping.rootOf);
    if (sum.eventCount > 0) {
      await addToBuckets(client, tenantId, [...grouped.buckets.values()]);
      await addToSignatures(client, tenantId, await withPatterns(grouped));
      await addToSources(client, tenantId, [...claimed]);
      await addToEntityBuckets(client, tenantId, [...sum.entities.counts.values()]);
      await addToRuleBuckets(client, tenantId, [...sum.entities.matches.values()]);
      await recordRuleFaults(client, tenantId, sum.faults, this.#reading.nowUs);
    }
    this.#steps.push(grouping.rootOf);
    this.#eventCount += sum.eventCount;
    this.#touched.push(...touchedBy(grouped));
    this.#matched.push(...sum.entities.touched());
    this.regrouped.push(...grouping.regrouped);
    for (const id of grouping.changed) this.#changed.add(id);
    if (grouping.bound !== null) {
      const families = [...(this.#bound?.families ?? []), ...grouping.bound.families];
      this.#bound = { ...grouping.bound, families };
    }
  }

  /** Brings in line with the decisions what was counted in families that they bind. */
  async bind(): Promise<void> {
    if (this.#bound === null) return;
    await this.rebind({ ...this.#bound, limit: Number.POSITIVE_INFINITY });
  }

  async rebind(scope: RebindScope): Promise<Rebound> {
    const rebound = await rebind(this.#families, scope, async () => {
      await this.#addRest();
      return this.#bound?.families ?? [];
    });
    this.#steps.push((id) => rebound.rootOf(id));
    this.regrouped.push(...rebound.regrouped);
    for (const id of rebound.changed) this.#changed.add(id);
    return rebound;
  }

  /** Words the changed families anew; returns the signatures whose wording changed. */
  async reword(): Promise<string[]> {
    return rewordFamilies(this.#families, [...new Set([...this.#changed].map((id) => this.rootOf(id)))]);
  }

  /** Counts, from the events, what is stored and nobody has counted. */
  async #addRest(): Promise<void> {
    const { client, tenantId } = this.#families;
    for (const batchId of await findUncounted(client, tenantId)) {
      await this.add([await recountStored(client, this.#reading.reader, tenantId, batchId)]);
    }
  }
}

/** A batch that is sent again before it is counted comes twice. */
const onceEach = (batches: readonly FoldableBatch[]): Iterable<FoldableBatch> =>
  new Map(batches.map((batch) => [batch.batchId, batch])).values();

// A pattern depends on the message alone, not on the partition.
const withPatterns = (sum: Deltas) =>
  mapInTurns(sum.signatures.values(), (delta) => ({
    ...delta,
    example: exampleOf(delta.example),
    pattern: storableText(describeForm(delta.example, '').pattern),
  }));

/** One range of minutes per signature and asset. */
function touchedBy(sum: Deltas): Touched[] {
  const ranges = new Map<
    string,
    { signatureId: string; assetId: string; fromMinute: number; toMinute: number }
  >();
  for (const { signatureId, assetId, minute } of sum.buckets.values()) {
    if (signatureId === ALL_SIGNATURES) continue;
    const key = `${signatureId}|${assetId}`;
    const range = ranges.get(key);
    if (range === undefined) ranges.set(key, { signatureId, assetId, fromMinute: minute, toMinute: minute });
    else {
      range.fromMinute = Math.min(range.fromMinute, minute);
      range.toMinute = Math.max(range.toMinute, minute);
    }
  }
  return [...ranges.values()];
}
