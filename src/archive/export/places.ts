// Where events come from, what people did and asked for there, and what is missing.
import type { Query } from './sql.ts';

export const PLACES: Readonly<
  Record<'asset' | 'retention' | 'source' | 'origin' | 'gap' | 'rejected' | 'rule' | 'change', Query>
> = {
  asset: (t) => `
    select json_build_object('kind', 'asset', 'hostname', hostname, 'assetType', asset_type,
             'serviceGroup', service_group, 'ipAddresses', ip_addresses, 'platform', platform, 'tags', tags,
             'metadata', metadata, 'createdAt', created_at, 'updatedAt', updated_at)::text as line
      from asset where tenant_id = ${t} order by hostname`,
  retention: (t) => `
    select json_build_object('kind', 'retention', 'eventsFrom', events_from)::text as line
      from tenant where tenant_id = ${t} and events_from is not null`,
  source: (t) => `
    select json_build_object('kind', 'source', 'name', name, 'connector', connector, 'enabled', enabled,
             'received', received, 'rejected', rejected, 'lastEventAt', last_event_at,
             'lastReceivedAt', last_received_at, 'lastError', last_error, 'lastErrorAt', last_error_at,
             'createdAt', created_at)::text as line
      from source where tenant_id = ${t} order by name`,
  origin: (t) => `
    select json_build_object('kind', 'origin', 'source', s.name, 'sourceType', o.source_type,
             'sourcePath', o.source_path, 'host', o.host, 'service', o.service)::text as line
      from origin o join source s on s.tenant_id = ${t} and s.source_id = o.source_id
     where o.tenant_id = ${t} order by s.name, o.origin_id`,
  gap: (t) => `
    select json_build_object('kind', 'gap', 'source', s.name, 'fromAt', g.from_at, 'toAt', g.to_at, 'lost', g.lost,
             'reason', g.reason)::text as line
      from source_gap g join source s on s.tenant_id = ${t} and s.source_id = g.source_id
     where g.tenant_id = ${t} order by g.to_at, g.gap_id`,
  rejected: (t) => `
    select json_build_object('kind', 'rejected', 'source', s.name, 'batchKey', r.batch_key, 'index', r.index,
             'code', r.code, 'reason', r.reason, 'payload', r.payload,
             'bytes', translate(encode(r.payload_bytes, 'base64'), E'\\n', ''),
             'request', r.request, 'receivedAt', r.received_at)::text as line
      from rejected_input r left join source s on s.tenant_id = ${t} and s.source_id = r.source_id
     where r.tenant_id = ${t} and r.replayed_at is null and r.request ->> 'kind' <> 'record' order by r.received_at, r.rejected_id`,
  rule: (t) => `
    select json_build_object('kind', 'rule', 'name', name, 'description', description, 'expression', expression,
             'severity', severity, 'count', count, 'windowMinutes', window_minutes, 'per', per,
             'position', position, 'enabled', enabled, 'createdAt', created_at, 'updatedAt', updated_at)::text as line
      from rule where tenant_id = ${t} order by position, rule_id`,
  change: (t) => `
    select json_build_object('kind', 'change', 'id', c.portable_id, 'changeKind', c.kind, 'title', c.title,
             'description', c.description, 'author', c.author, 'host', a.hostname, 'serviceGroup', c.service_group,
             'startAt', c.start_at, 'endAt', c.end_at, 'metadata', c.metadata, 'createdAt', c.created_at)::text as line
      from change c left join asset a on a.tenant_id = ${t} and a.asset_id = c.asset_id
     where c.tenant_id = ${t} order by c.start_at, c.change_id`,
};
