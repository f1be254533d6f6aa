// Marks bursts that come at a habitual time. A burst that came, went or moved may make or break the habit of those
// up to two weeks after it.
import { sql } from 'drizzle-orm';
import { habitReachMinutes, isRecurring, type MinuteSpan } from '../../detect/habit.ts';
import { maxBurstMinutes } from '../../detect/spike.ts';
import { minuteOf } from '../../domain/time.ts';
import { asJson, type DetectContext, query } from './context.ts';
import {
  type BurstChange,
  type BurstOutcome,
  loadSpikes,
  type StoredSpike,
  spikeScore,
} from './spike-signals.ts';

export async function updateHabits(
  ctx: DetectContext,
  changed: readonly BurstChange[],
): Promise<BurstOutcome> {
  const reach = habitReachMinutes(ctx.settings.spike);
  const spikes = await loadSpikes(
    ctx,
    changed.map((c) => ({
      ...c,
      from: minuteOf(c.fromUs) - reach - maxBurstMinutes(ctx.settings.spike),
      to: minuteOf(c.toUs) + 1 + reach,
    })),
  );
  const changes: BurstChange[] = [];
  const flagged: { id: string; recurring: boolean; score: number }[] = [];
  changed.forEach((change, i) => {
    const all = spikes[i]!.map((spike) => ({ spike, span: spanOf(spike) }));
    for (const { spike, span } of all) {
      if (spike.endUs < change.fromUs) continue;
      const recurring = isRecurring(
        span,
        all.map((other) => other.span),
        ctx.settings.spike,
      );
      if (recurring === spike.recurring) continue;
      flagged.push({ id: spike.id, recurring, score: spikeScore(ctx, spike, recurring) });
      changes.push({ ...change, fromUs: spike.startUs, toUs: spike.endUs });
    }
  });
  if (flagged.length > 0)
    await query(
      ctx,
      sql`update signal s set recurring = r.recurring, score = r.score
            from json_to_recordset(${asJson(flagged)}::json) as r(id bigint, recurring boolean, score float8)
           where s.tenant_id = ${ctx.tenantId} and s.signal_id = r.id`,
    );
  return {
    changes,
    announcements: flagged.map(({ id }) => ({ topic: 'signal', subjectId: id, kind: 'UPDATED' })),
  };
}

const spanOf = ({ startUs, endUs, unitMinutes }: StoredSpike): MinuteSpan => ({
  startMinute: minuteOf(startUs),
  endMinute: minuteOf(endUs) + 1,
  unitMinutes,
});
