// The frame of every change of verdicts but counting's own: detection looks again at what it changes, in the same
// transaction.
import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { DETECT_SETTINGS } from '../../detect/settings.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Clock, Micros } from '../../domain/time.ts';
import { type Announcement, announce } from '../../live/outbox.ts';
import { SCORE_SETTINGS } from '../../score/settings.ts';
import { keepVersions } from '../../store/as-of/keep-versions.ts';
import type { Store } from '../../store/store.ts';
import { transaction } from '../../store/transaction.ts';
import { asJson, type DetectContext, query } from '../detect/context.ts';
import { detect } from '../detect/detect.ts';
import { idRows } from '../detect/facts.ts';
import { updateSignatureScores } from '../detect/signature-scores.ts';
import { lockFolding } from '../fold/counting.ts';
import { lockDetection } from '../incidents/context.ts';

export interface VerdictServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly incidentActiveUs: Micros;
  readonly anomalyThreshold: number;
}

/** One severity of a signature. */
interface Key {
  readonly signatureId: string;
  readonly severity: Severity;
}

export interface VerdictChange<Pair extends Key> {
  /** Which verdicts change, seen under the tenant's locks. */
  choose(ctx: DetectContext): Promise<readonly Pair[]>;
  change(ctx: DetectContext, pairs: readonly Pair[], client: pg.ClientBase): Promise<void>;
}

export interface Changed {
  readonly pairs: number;
  /** MODEL signals that this made. */
  readonly detections: number;
}

export async function changeVerdicts<Pair extends Key>(
  services: VerdictServices,
  tenantId: number,
  { choose, change }: VerdictChange<Pair>,
): Promise<Changed> {
  return transaction(services.store, async ({ tx, client }) => {
    await lockFolding(client, tenantId);
    await lockDetection(tx, tenantId);
    const ctx: DetectContext = {
      ...services,
      tx,
      tenantId,
      settings: DETECT_SETTINGS,
      scoring: SCORE_SETTINGS,
    };
    const pairs = await choose(ctx);
    if (pairs.length === 0) return { pairs: 0, detections: 0 };
    const before = await standing(ctx, pairs);
    await change(ctx, pairs, client);
    const after = await standing(ctx, pairs);
    const isChanged = (pair: Key) => before.get(nameOf(pair)) !== after.get(nameOf(pair));
    const changed = new Set(pairs.filter(isChanged).map((pair) => pair.signatureId));
    const { announcements } = await detect(tx, {
      ...services,
      tenantId,
      touched: [],
      restated: [...changed],
    });
    const others = pairs.map((pair) => pair.signatureId).filter((id) => !changed.has(id));
    await updateSignatureScores(ctx, new Set(others), { skipLocked: false });
    await keepVersions(tx, tenantId);
    await announce(tx, tenantId, announcements);
    return { pairs: pairs.length, detections: await countMade(ctx, announcements) };
  });
}

const nameOf = ({ signatureId, severity }: Key): string => `${signatureId}|${severity}`;

/** What detection makes of the verdicts that count; nothing of those that are no detections. */
async function standing(ctx: DetectContext, pairs: readonly Key[]): Promise<Map<string, string>> {
  const rows = await query<Key & { verdict: string }>(
    ctx,
    sql`select v.signature_id as "signatureId", v.severity, v.scorer || '|' || v.label || '|' || v.risk as verdict
          from json_to_recordset(${asJson(
            pairs.map(({ signatureId, severity }) => ({ signature_id: signatureId, severity })),
          )}::json) as r(signature_id bigint, severity smallint)
          join anomaly_verdict v on v.tenant_id = ${ctx.tenantId} and v.signature_id = r.signature_id
                                and v.severity = r.severity and v.is_current and v.is_anomalous`,
  );
  return new Map(rows.map((row) => [nameOf(row), row.verdict]));
}

async function countMade(ctx: DetectContext, announcements: readonly Announcement[]): Promise<number> {
  const made = announcements.filter((a) => a.topic === 'signal' && a.kind === 'CREATED');
  if (made.length === 0) return 0;
  const [row] = await query<{ n: number }>(
    ctx,
    sql`select count(*)::int as n from signal s
         where s.tenant_id = ${ctx.tenantId} and s.kind = 'MODEL'
           and s.signal_id in (select r.id from json_to_recordset(${idRows(made.map((a) => a.subjectId))}::json) as r(id bigint))`,
  );
  return row!.n;
}
