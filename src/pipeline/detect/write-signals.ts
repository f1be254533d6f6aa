// Stores signals of one row each. What did not change is not written, and nobody is told.
import { sql } from 'drizzle-orm';
import type { Severity } from '../../domain/severity.ts';
import type { Micros } from '../../domain/time.ts';
import type { EntityKind, SignalKind } from '../../domain/words.ts';
import type { Announcement } from '../../live/outbox.ts';
import { SET_ASIDE } from '../../store/families.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { deleteSignals } from './delete-signals.ts';

/** A signal as it ought to be stored. Names of subjects make the identity: the same in any order of arrival. */
export interface SignalDraft {
  readonly identity: string;
  readonly kind: SignalKind;
  readonly label: string;
  readonly score: number;
  readonly severity: Severity;
  readonly signatureId: string | null;
  readonly assetId: string | null;
  readonly entityKind: EntityKind | null;
  readonly entity: string | null;
  readonly text: string;
  readonly observedUs: Micros;
  readonly endedUs: Micros | null;
  readonly baseline: number | null;
  readonly observed: number | null;
  readonly recurring: boolean;
}

export interface SignalChanges {
  /** `id` null: a new one. */
  readonly drafts: readonly { readonly id: string | null; readonly draft: SignalDraft }[];
  readonly gone: readonly string[];
}

export interface SignalsWritten {
  /** Those that were created or did change. */
  readonly changed: { readonly id: string; readonly draft: SignalDraft }[];
  readonly announcements: Announcement[];
}

const RECORD =
  sql.raw(`r(signal_id bigint, identity text, kind text, label text, score float8, severity smallint,
  signature_id bigint, asset_id bigint, entity_kind text, entity text, text text, observed_at timestamptz,
  ended_at timestamptz, baseline float8, observed float8, recurring boolean)`);

export async function writeSignals(ctx: DetectContext, changes: SignalChanges): Promise<SignalsWritten> {
  await deleteSignals(ctx, changes.gone);
  const stored = changes.drafts.filter(({ id }) => id !== null);
  const updatedIds = await update(ctx, stored);
  const fresh = changes.drafts.filter(({ id }) => id === null).map(({ draft }) => draft);
  const createdIds = await insert(ctx, fresh);
  const draftOf = new Map(fresh.map((draft) => [draft.identity, draft]));
  const created = createdIds.map(({ id, identity }) => ({ id, draft: draftOf.get(identity)! }));
  const updated = stored.flatMap(({ id, draft }) => (updatedIds.has(id!) ? [{ id: id!, draft }] : []));
  return {
    changed: [...updated, ...created],
    announcements: [
      ...changes.gone.map((id) => announcement(id, 'REMOVED')),
      ...updated.map(({ id }) => announcement(id, 'UPDATED')),
      ...created.map(({ id }) => announcement(id, 'CREATED')),
    ],
  };
}

const announcement = (subjectId: string, kind: Announcement['kind']): Announcement => ({
  topic: 'signal',
  subjectId,
  kind,
});

const rowOf = (draft: SignalDraft, id: string | null) => ({
  signal_id: id,
  identity: draft.identity,
  kind: draft.kind,
  label: draft.label,
  score: draft.score,
  severity: draft.severity,
  signature_id: draft.signatureId,
  asset_id: draft.assetId,
  entity_kind: draft.entityKind,
  entity: draft.entity,
  text: draft.text,
  observed_at: moment(draft.observedUs),
  ended_at: draft.endedUs === null ? null : moment(draft.endedUs),
  baseline: draft.baseline,
  observed: draft.observed,
  recurring: draft.recurring,
});

async function update(ctx: DetectContext, drafts: SignalChanges['drafts']): Promise<Set<string>> {
  if (drafts.length === 0) return new Set();
  const { tenantId } = ctx;
  const rows = asJson(drafts.map(({ id, draft }) => rowOf(draft, id)));
  // Identities may move along a row of signals: each steps aside before any takes its new one.
  await query(
    ctx,
    sql`update signal s set identity = s.identity || ${SET_ASIDE}::text
          from json_to_recordset(${rows}::json) as ${RECORD}
         where s.tenant_id = ${tenantId} and s.signal_id = r.signal_id and s.identity <> r.identity`,
  );
  const changed = await query<{ id: string }>(
    ctx,
    sql`update signal s
           set identity = r.identity, label = r.label, score = r.score, severity = r.severity,
               signature_id = r.signature_id, asset_id = r.asset_id, entity_kind = r.entity_kind, entity = r.entity,
               text = r.text, observed_at = r.observed_at, ended_at = r.ended_at, baseline = r.baseline,
               observed = r.observed, recurring = r.recurring
          from json_to_recordset(${rows}::json) as ${RECORD}
         where s.tenant_id = ${tenantId} and s.signal_id = r.signal_id
           and (s.identity, s.label, s.score, s.severity, s.signature_id, s.asset_id, s.entity_kind, s.entity, s.text,
                s.observed_at, s.ended_at, s.baseline, s.observed, s.recurring)
               is distinct from
               (r.identity, r.label, r.score, r.severity, r.signature_id, r.asset_id, r.entity_kind, r.entity, r.text,
                r.observed_at, r.ended_at, r.baseline, r.observed, r.recurring)
        returning s.signal_id as id`,
  );
  return new Set(changed.map(({ id }) => id));
}

async function insert(
  ctx: DetectContext,
  drafts: readonly SignalDraft[],
): Promise<{ id: string; identity: string }[]> {
  if (drafts.length === 0) return [];
  return query(
    ctx,
    sql`insert into signal (tenant_id, identity, kind, label, score, severity, signature_id, asset_id, entity_kind,
                            entity, text, observed_at, ended_at, detected_at, baseline, observed, recurring)
        select ${ctx.tenantId}::int, r.identity, r.kind, r.label, r.score, r.severity, r.signature_id, r.asset_id,
               r.entity_kind, r.entity, r.text, r.observed_at, r.ended_at, ${moment(ctx.clock.nowUs())}::timestamptz,
               r.baseline, r.observed, r.recurring
          from json_to_recordset(${asJson(drafts.map((draft) => rowOf(draft, null)))}::json) as ${RECORD}
         order by r.identity
        returning signal_id as id, identity`,
  );
}
