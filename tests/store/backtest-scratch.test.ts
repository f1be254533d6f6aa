// Detection on a scratch memory writes every derived table there, and none of the memory itself.
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { minuteOf } from '../../src/domain/time.ts';
import { CONTINUED, onScratch } from '../../src/pipeline/backtest/shadow.ts';
import { detectWork } from '../../src/pipeline/detect/detect.ts';
import { mergeTouched } from '../../src/pipeline/detect/touched.ts';
import { SCORE_SETTINGS } from '../../src/score/settings.ts';
import { DERIVED_TABLES } from '../../src/store/derived-tables.ts';
import type { WriteTx } from '../../src/store/store.ts';
import { CLOCK, openWorld, type World } from '../support/detection.ts';
import { anyHistory } from '../support/histories.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** By table: whether this transaction wrote it in the memory, and whether in the scratch memory. */
async function written(tx: WriteTx) {
  const { rows } = await tx.execute(
    sql`select relname as name, schemaname = current_schema() as "isMemory"
          from pg_stat_xact_user_tables where n_tup_ins + n_tup_upd + n_tup_del > 0`,
  );
  const named = (isMemory: boolean) =>
    rows.filter((row) => row.isMemory === isMemory).map((row) => row.name as string);
  return { memory: named(true), scratch: named(false) };
}

it('leaves the memory alone, whatever detection finds', { timeout: 120_000 }, async () => {
  const tenant = await world.tenant();
  const events = fc.sample(anyHistory, { seed: 4, numRuns: 10 }).flat();
  await tenant.deliver(events);
  const filled: string[] = [];
  // Texts that are scored already are not queued again.
  for (const name of DERIVED_TABLES.filter((table) => table !== 'anomaly_queue')) {
    const rows = await tenant.rows(`select 1 from ${name} where tenant_id = $1 limit 1`);
    if (rows.length > 0) filled.push(name);
  }
  expect(filled).toEqual(
    expect.arrayContaining(['candidate', 'candidate_group', 'episode', 'group_signal', 'slot_spread']),
  );
  const touched = await tenant.rows<{ signatureId: string; assetId: string; minute: number }>(
    `select signature_id as "signatureId", asset_id as "assetId", minute from feature_bucket
      where tenant_id = $1 and signature_id <> 0`,
  );
  const { tenantId } = tenant;
  const untilMinute = minuteOf(Math.max(...events.map((e) => e.us))) + 1;
  const tables = await onScratch(world.store, { tenantId, untilMinute }, async (tx) => {
    const ranges = mergeTouched(touched.map((t) => ({ ...t, fromMinute: t.minute, toMinute: t.minute })));
    await detectWork(
      { tx, tenantId, clock: CLOCK, settings: DETECT_SETTINGS, scoring: SCORE_SETTINGS },
      { touched: ranges, regrouped: [], restated: [], matched: [] },
      null,
    );
    return written(tx);
  });
  expect(tables.memory).toEqual([]);
  expect(filled.filter((name) => !tables.scratch.includes(name))).toEqual([]);
  expect([...DERIVED_TABLES, ...CONTINUED]).toEqual(expect.arrayContaining(tables.scratch));
});
