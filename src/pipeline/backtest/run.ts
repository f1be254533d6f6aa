// One run of detection over a stretch of stored history, under given thresholds, on a scratch memory.
import { sql } from 'drizzle-orm';
import { habitReachMinutes } from '../../detect/habit.ts';
import { LimitExceededError } from '../../domain/errors.ts';
import { type Clock, type Micros, minuteOf, US_PER_MINUTE } from '../../domain/time.ts';
import type { CandidateType, DecisionBand } from '../../domain/words.ts';
import type { Store } from '../../store/store.ts';
import { type DetectContext, moment, query } from '../detect/context.ts';
import { detectWork } from '../detect/detect.ts';
import type { Touched } from '../detect/touched.ts';
import type { Thresholds } from './knobs.ts';
import { onScratch } from './shadow.ts';

/** A candidate as a run found it. */
export interface FoundCandidate {
  readonly type: CandidateType;
  readonly subject: string;
  readonly title: string;
  readonly explanation: string;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
  /** Millionths. */
  readonly score: number;
  readonly decisionBand: DecisionBand;
  readonly signatureIds: readonly string[];
}

/** [fromUs, toUs) */
export interface Stretch {
  readonly tenantId: number;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** One run reads at most this many counted minutes. */
const MAX_BUCKETS = 300_000;
const MAX_SERIES = 5_000;

/** The candidates seen last within the stretch. Throws LimitExceededError where it holds too much for one request. */
export async function findCandidates(
  store: Store,
  clock: Clock,
  { tenantId, fromUs, toUs }: Stretch,
  { detect: settings, score: scoring }: Thresholds,
): Promise<FoundCandidate[]> {
  const untilMinute = minuteOf(toUs - 1) + 1;
  // What was a habit, an earlier part of a run, or a failure and its sign has to be known at the beginning.
  const lookBack = Math.max(
    habitReachMinutes(settings.spike),
    settings.runGapUs / US_PER_MINUTE,
    settings.precursor.lookBackUs / US_PER_MINUTE,
  );
  const fromMinute = minuteOf(fromUs) - lookBack;
  return onScratch(store, { tenantId, untilMinute }, async (tx) => {
    const ctx: DetectContext = { tx, tenantId, clock, settings, scoring };
    const touched = await loadTouched(ctx, fromMinute, untilMinute);
    if (touched.length === 0) return [];
    await detectWork(ctx, { touched, regrouped: [], restated: [], matched: [] }, null);
    return loadFound(ctx, fromUs);
  });
}

async function loadTouched(ctx: DetectContext, fromMinute: number, untilMinute: number): Promise<Touched[]> {
  const rows = await query<Touched & { readonly n: number }>(
    ctx,
    sql`select b.signature_id as "signatureId", b.asset_id as "assetId", min(b.minute) as "fromMinute",
               max(b.minute) as "toMinute", count(*)::int as n
          from (select * from feature_bucket
                 where tenant_id = ${ctx.tenantId} and signature_id <> 0 and minute >= ${fromMinute}::int
                   and minute < ${untilMinute}::int limit ${MAX_BUCKETS + 1}) b
         group by 1, 2`,
  );
  const buckets = rows.reduce((sum, row) => sum + row.n, 0);
  if (buckets > MAX_BUCKETS || rows.length > MAX_SERIES)
    throw new LimitExceededError(
      `This stretch, with what has to be read before it, holds more than one backtest takes: ${MAX_BUCKETS} counted minutes of ${MAX_SERIES} signatures on their assets. Choose a shorter one.`,
      ['from'],
    );
  return rows.map(({ n: _, ...touched }) => touched);
}

type Row = Omit<FoundCandidate, 'firstUs' | 'lastUs'> & { firstUs: string; lastUs: string };

async function loadFound(ctx: DetectContext, fromUs: Micros): Promise<FoundCandidate[]> {
  const rows = await query<Row>(
    ctx,
    sql`select c.type, c.subject, c.title, c.explanation, c.score, c.decision_band as "decisionBand",
               (extract(epoch from c.first_seen_at) * 1000000)::bigint as "firstUs",
               (extract(epoch from c.last_seen_at) * 1000000)::bigint as "lastUs",
               (select coalesce(json_agg(cs.signature_id::text), '[]') from candidate_signature cs
                 where cs.tenant_id = c.tenant_id and cs.candidate_id = c.candidate_id) as "signatureIds"
          from candidate c
         where c.tenant_id = ${ctx.tenantId} and not c.withdrawn and c.redirected_to_id is null
           and c.last_seen_at >= ${moment(fromUs)}::timestamptz
         order by c.score desc, c.type, c.subject, c.first_seen_at`,
  );
  return rows.map((row) => ({ ...row, firstUs: Number(row.firstUs), lastUs: Number(row.lastUs) }));
}
