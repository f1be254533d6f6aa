// ENTITY_WINDOW groups: the signals of one host, user or address that came without much of a pause.
import { sql } from 'drizzle-orm';
import { findEntityWindows, type WindowSignal, windowExtent } from '../../detect/entity-window.ts';
import { matchStored, type Stored } from '../../detect/identity.ts';
import type { Micros } from '../../domain/time.ts';
import { minuteOf } from '../../domain/time.ts';
import type { EntityKind } from '../../domain/words.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { idRows } from './facts.ts';
import { loadRuns, type Region } from './load-runs.ts';
import { groupBy } from './touched.ts';
import { type GroupDraft, writeGroups } from './write-groups.ts';

/** Whose signals changed, and when. */
interface Subject extends Region {
  readonly kind: EntityKind;
  readonly entity: string;
}

/** `signalIds`: created or changed; `bereft`: groups that lost a signal. */
export async function updateEntityWindows(
  ctx: DetectContext,
  signalIds: readonly string[],
  bereft: Iterable<string>,
): Promise<void> {
  const subjects = await findSubjects(ctx, signalIds, [...bereft]);
  if (subjects.length === 0) return;
  const settings = ctx.settings.entityWindow;
  const subjectOf = new Map(subjects.map((s) => [s.key, s]));
  const signals = await loadRuns(subjects, settings.quietUs, (regions) =>
    loadSignals(
      ctx,
      regions.map((region) => ({ ...subjectOf.get(region.key)!, ...region })),
    ),
  );
  const found = subjects.map((subject) => ({
    subject,
    windows: findEntityWindows(
      (signals.get(subject.key) ?? []).map(({ signal }) => signal),
      settings,
    ),
  }));
  const stored = await loadStored(
    ctx,
    found.map(({ subject, windows }) => ({
      ...subject,
      fromUs: Math.min(subject.fromUs, ...windows.map((w) => w.startUs)),
      toUs: Math.max(subject.toUs, ...windows.map((w) => w.endUs)),
    })),
  );
  const drafts: { id: string | null; draft: GroupDraft }[] = [];
  const gone: string[] = [];
  found.forEach(({ subject, windows }, i) => {
    const timed = windows.map((w) => ({ ...w, firstUs: w.startUs, lastUs: w.endUs }));
    const { kept, joined, groundless } = matchStored(timed, stored[i]!);
    for (const { finding, stored: keeper } of kept)
      drafts.push({ id: keeper?.id ?? null, draft: draftOf(subject, finding) });
    gone.push(...[...joined.map(({ from }) => from), ...groundless].map(({ id }) => id));
  });
  await writeGroups(ctx, { drafts, gone });
}

const draftOf = (
  { kind, entity }: Subject,
  { startUs, endUs, severity, events, signals }: ReturnType<typeof findEntityWindows>[number],
): GroupDraft => ({
  identity: `ENTITY_WINDOW:${kind}|${entity}|${minuteOf(startUs)}`,
  groupType: 'ENTITY_WINDOW',
  startUs,
  endUs,
  entity,
  severity,
  events,
  metadata: { entityKind: kind, signals: signals.length },
  assetIds: signals.flatMap(({ assetId }) => assetId ?? []),
  signatureIds: signals.flatMap(({ signatureId }) => signatureId ?? []),
  signalIds: signals.map(({ signalId }) => signalId),
});

interface SubjectRow {
  kind: EntityKind;
  entity: string;
  fromUs: string;
  toUs: string;
}

const US = (moment: string) => sql.raw(`(extract(epoch from ${moment}) * 1000000)::bigint`);

/** Whose the signals are, and of whom the groups are that hold them, or did. One region each. */
async function findSubjects(
  ctx: DetectContext,
  signalIds: readonly string[],
  bereft: readonly string[],
): Promise<Subject[]> {
  if (signalIds.length + bereft.length === 0) return [];
  const rows = await query<SubjectRow>(
    ctx,
    sql`with c as (select r.id from json_to_recordset(${idRows(signalIds)}::json) as r(id bigint)),
        s as (
          select s.* from c join signal s on s.tenant_id = ${ctx.tenantId} and s.signal_id = c.id and s.kind <> 'CHANGE'),
        g as (
          select x.group_id from c join group_signal x on x.tenant_id = ${ctx.tenantId} and x.signal_id = c.id
          union
          select r.id from json_to_recordset(${idRows(bereft)}::json) as r(id bigint))
        select 'HOST' as kind, a.hostname as entity, ${US('s.observed_at')} as "fromUs",
               ${US('coalesce(s.ended_at, s.observed_at)')} as "toUs"
          from s join asset a on a.tenant_id = s.tenant_id and a.asset_id = s.asset_id
        union all
        select s.entity_kind, s.entity, ${US('s.observed_at')}, ${US('coalesce(s.ended_at, s.observed_at)')}
          from s where s.entity_kind in ('USER', 'SRC_IP')
        union all
        select w.metadata ->> 'entityKind', w.entity, ${US('w.start_at')}, ${US('w.end_at')}
          from g join correlation_group w on w.tenant_id = ${ctx.tenantId} and w.group_id = g.group_id
                                         and w.group_type = 'ENTITY_WINDOW'`,
  );
  return [...groupBy(rows, (row) => `${row.kind}|${row.entity}`)].map(([key, same]) => ({
    key,
    kind: same[0]!.kind,
    entity: same[0]!.entity,
    fromUs: Math.min(...same.map((row) => Number(row.fromUs))),
    toUs: Math.max(...same.map((row) => Number(row.toUs))),
  }));
}

/** A signal, and the time for which it holds its window open. */
interface TimedSignal {
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly signal: WindowSignal;
}

type SignalRow = Omit<WindowSignal, 'startUs' | 'endUs'> & { i: number; startUs: string; endUs: string };

async function loadSignals(
  ctx: DetectContext,
  subjects: readonly Subject[],
): Promise<Map<string, TimedSignal[]>> {
  const { entityWindow } = ctx.settings;
  const asked = subjects.map(({ kind, entity, fromUs, toUs }, i) => ({
    i,
    kind,
    entity,
    from_at: moment(Math.max(0, fromUs - entityWindow.maxLengthUs)),
    to_at: moment(toUs),
  }));
  const rows = await query<SignalRow>(
    ctx,
    sql`with t as (
          select * from json_to_recordset(${asJson(asked)}::json)
              as t(i int, kind text, entity text, from_at timestamptz, to_at timestamptz)),
        found as (
          select t.i, s.* from t
            join asset a on a.tenant_id = ${ctx.tenantId} and a.hostname = t.entity
            join signal s on s.tenant_id = ${ctx.tenantId} and s.asset_id = a.asset_id
                         and s.observed_at >= t.from_at and s.observed_at <= t.to_at
           where t.kind = 'HOST'
          union all
          select t.i, s.* from t
            join signal s on s.tenant_id = ${ctx.tenantId} and s.entity_kind = t.kind and s.entity = t.entity
                         and s.observed_at >= t.from_at and s.observed_at <= t.to_at
           where t.kind <> 'HOST')
        select f.i, f.signal_id as "signalId", f.kind, f.severity, f.asset_id as "assetId",
               coalesce(r.merged_into_id, r.signature_id) as "signatureId",
               case f.kind when 'RULE_MATCH' then f.observed::int when 'SPIKE' then coalesce(b.events, 0) else 0 end as events,
               ${US('f.observed_at')} as "startUs", ${US('coalesce(f.ended_at, f.observed_at)')} as "endUs"
          from found f
          left join signature r on r.tenant_id = f.tenant_id and r.signature_id = f.signature_id
          left join lateral (
               select g.event_count as events from group_signal x
                 join correlation_group g on g.tenant_id = x.tenant_id and g.group_id = x.group_id
                                         and g.group_type = 'BURST'
                where x.tenant_id = f.tenant_id and x.signal_id = f.signal_id limit 1) b on f.kind = 'SPIKE'
         where f.kind <> 'CHANGE'
         order by f.i, f.observed_at`,
  );
  const signals = new Map<string, TimedSignal[]>(subjects.map(({ key }) => [key, []]));
  for (const { i, ...row } of rows) {
    const signal = { ...row, startUs: Number(row.startUs), endUs: Number(row.endUs) };
    const endUs = windowExtent(signal, entityWindow);
    if (endUs < subjects[i]!.fromUs) continue;
    signals.get(subjects[i]!.key)!.push({ startUs: signal.startUs, endUs, signal });
  }
  return signals;
}

async function loadStored(ctx: DetectContext, subjects: readonly Subject[]): Promise<Stored[][]> {
  const asked = subjects.map(({ kind, entity, fromUs, toUs }, i) => ({
    i,
    kind,
    entity,
    from_at: moment(Math.max(0, fromUs - ctx.settings.entityWindow.maxLengthUs)),
    since: moment(fromUs),
    to_at: moment(toUs),
  }));
  const rows = await query<{ i: number; id: string; startUs: string; endUs: string; createdUs: string }>(
    ctx,
    sql`select t.i, g.group_id as id, ${US('g.start_at')} as "startUs", ${US('g.end_at')} as "endUs",
               ${US('g.created_at')} as "createdUs"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, kind text, entity text, from_at timestamptz, since timestamptz, to_at timestamptz)
          join correlation_group g on g.tenant_id = ${ctx.tenantId} and g.entity = t.entity
                                  and g.start_at >= t.from_at and g.start_at <= t.to_at and g.end_at >= t.since
                                  and g.group_type = 'ENTITY_WINDOW' and g.metadata ->> 'entityKind' = t.kind
         order by t.i, g.start_at`,
  );
  const stored: Stored[][] = subjects.map(() => []);
  for (const { i, id, startUs, endUs, createdUs } of rows)
    stored[i]!.push({
      id,
      firstUs: Number(startUs),
      lastUs: Number(endUs),
      createdUs: Number(createdUs),
      judged: false,
      withdrawn: false,
    });
  return stored;
}
