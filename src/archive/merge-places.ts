// Where events came from, and what is missing of them; what people told of changes, and asked to be told of. A source
// that is known here stays as it is set up.
import { addedRows, type MergeContext, type Merged, named, run, staged, tally } from './merge.ts';

const SOURCES = `
  insert into source (tenant_id, name, connector, enabled, received, rejected, last_event_at, last_received_at,
                      last_error, last_error_at, created_at)
  select distinct on (name) $1::int, name, connector, enabled, received, rejected, "lastEventAt", "lastReceivedAt",
         "lastError", "lastErrorAt", "createdAt"
    from ${staged('source', 'name text, connector text, enabled boolean, received bigint, rejected bigint, "lastEventAt" timestamptz, "lastReceivedAt" timestamptz, "lastError" text, "lastErrorAt" timestamptz, "createdAt" timestamptz')} r
   order by name
  on conflict (tenant_id, name) do nothing returning 1`;

const OF_SOURCE = 'join source s on s.tenant_id = $1 and s.name = r.source';

const ORIGINS = `
  insert into origin (tenant_id, source_id, source_type, source_path, host, service)
  select distinct $1::int, s.source_id, r."sourceType", r."sourcePath", r.host, r.service
    from ${staged('origin', 'source text, "sourceType" text, "sourcePath" text, host text, service text')} r ${OF_SOURCE}
  on conflict do nothing returning 1`;

const GAPS = `
  insert into source_gap (tenant_id, source_id, from_at, to_at, lost, reason)
  select $1, s.source_id, r."fromAt", r."toAt", r.lost, r.reason
    from ${staged('gap', 'source text, "fromAt" timestamptz, "toAt" timestamptz, lost bigint, reason text')} r ${OF_SOURCE}
   where not exists (select 1 from source_gap g
                      where g.tenant_id = $1 and g.source_id = s.source_id and g.reason = r.reason
                        and g.from_at <= r."fromAt" and g.to_at >= r."toAt")
   order by r."toAt" returning 1`;

const REJECTED = `
  insert into rejected_input (tenant_id, source_id, batch_key, index, code, reason, payload, payload_bytes, request, received_at)
  select $1, s.source_id, r."batchKey", r.index, r.code, r.reason, r.payload, decode(r.bytes, 'base64'), r.request, r."receivedAt"
    from ${staged('rejected', 'source text, "batchKey" text, index int, code text, reason text, payload text, bytes text, request jsonb, "receivedAt" timestamptz')} r
    left ${OF_SOURCE}
   where not exists (select 1 from rejected_input o
                      where o.tenant_id = $1 and o.received_at = r."receivedAt" and o.payload = r.payload
                        and o.index is not distinct from r.index)
   order by r."receivedAt" on conflict do nothing returning 1`;

/** A memory that has events of its own knows by itself what it dropped. */
const RETENTION = `
  update tenant t set events_from = r."eventsFrom"
    from ${staged('retention', '"eventsFrom" timestamptz')} r
   where t.tenant_id = $1 and t.events_from is null
     and not exists (select 1 from ingest_batch b where b.tenant_id = $1 and b.n > 0)`;

export interface MergedSources {
  readonly source: Merged;
  readonly origin: Merged;
  readonly gap: Merged;
  readonly rejected: Merged;
}

export async function mergeSources(ctx: MergeContext): Promise<MergedSources> {
  const source = addedRows(await run(ctx, SOURCES));
  const origin = addedRows(await run(ctx, ORIGINS));
  const gap = addedRows(await run(ctx, GAPS));
  const rejected = addedRows(await run(ctx, REJECTED));
  await run(ctx, RETENTION);
  return { source, origin, gap, rejected };
}

const CHANGES = `
  insert into change (tenant_id, portable_id, kind, title, description, author, asset_id, service_group, start_at, end_at,
                      metadata, created_at)
  select distinct on (r.id) $1::int, r.id, r."changeKind", r.title, r.description, r.author, a.id, r."serviceGroup",
         r."startAt", r."endAt", nullif(r.metadata, 'null'), r."createdAt"
    from ${staged('change', 'id uuid, "changeKind" text, title text, description text, author text, host text, "serviceGroup" text, "startAt" timestamptz, "endAt" timestamptz, metadata jsonb, "createdAt" timestamptz')} r
    left join ${named('asset_id')} a on a.name = r.host
   order by r.id
  on conflict (tenant_id, portable_id) do nothing returning 1`;

export const mergeChanges = async (ctx: MergeContext): Promise<Merged> => addedRows(await run(ctx, CHANGES));

/** Of two versions the one edited last stands; one that nobody edited gives way to one that somebody did. */
const RULES = `
  insert into rule as o (tenant_id, name, description, expression, severity, count, window_minutes, per, position, enabled,
                         created_at, updated_at)
  select distinct on (name) $1::int, name, description, expression, severity, count, "windowMinutes",
         array(select jsonb_array_elements_text(per)), position, enabled, "createdAt", "updatedAt"
    from ${staged('rule', 'name text, description text, expression text, severity smallint, count int, "windowMinutes" int, per jsonb, position int, enabled boolean, "createdAt" timestamptz, "updatedAt" timestamptz')} r
   order by name, "updatedAt" desc
  on conflict (tenant_id, name) do update set
    description = excluded.description, expression = excluded.expression, severity = excluded.severity,
    count = excluded.count, window_minutes = excluded.window_minutes, per = excluded.per, position = excluded.position,
    enabled = excluded.enabled, updated_at = excluded.updated_at
   where excluded.updated_at > o.updated_at
      or o.updated_at = o.created_at and excluded.updated_at > excluded.created_at
  returning xmax = 0 as added`;

/** Rules that the archive does not have, where nothing ever came in and nobody edited any. */
const UNWANTED = `
  delete from rule o
   where o.tenant_id = $1 and o.name not in (select g.data ->> 'name' from staged g where g.kind = 'rule')
     and not exists (select 1 from rule e where e.tenant_id = $1 and e.updated_at <> e.created_at)
     and not exists (select 1 from ingest_batch b where b.tenant_id = $1 and b.n > 0)`;

/** What neither edited is of the older one's time. */
const UNEDITED = `
  update rule o set created_at = r."createdAt", updated_at = r."updatedAt"
    from ${staged('rule', 'name text, expression text, description text, "createdAt" timestamptz, "updatedAt" timestamptz')} r
   where o.tenant_id = $1 and o.name = r.name and o.expression = r.expression and o.description = r.description
     and o.updated_at = o.created_at and r."updatedAt" = r."createdAt" and r."createdAt" < o.created_at`;

/** A memory that only just began takes over the rules of the archive, and no others. */
export async function mergeRules(ctx: MergeContext): Promise<Merged> {
  const [brought] = await run(ctx, `select 1 from staged where kind = 'rule' and $1::int > 0 limit 1`);
  if (brought === undefined) return { added: 0, changed: 0 };
  await run(ctx, UNWANTED);
  await run(ctx, UNEDITED);
  const rows = await run<{ added: boolean }>(ctx, RULES);
  await run(
    ctx,
    'insert into rule_book as b (tenant_id) values ($1) on conflict (tenant_id) do update set version = b.version + 1',
  );
  return tally(rows);
}
