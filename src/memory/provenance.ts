// The way from anything up to the lessons and down to the raw events, along the links that were written when each
// step became true.
import type postgres from 'postgres';
import type { LinkType } from '../domain/words.ts';
import type { LinkEnd } from '../store/provenance.ts';

/** UP: towards lessons. DOWN: towards events. */
export type ProvenanceDirection = 'UP' | 'DOWN';

/** A hint or a review names what it is about: its source is the end that lies higher. */
const POINTING_DOWN: readonly LinkType[] = ['HINTS_AT', 'REVIEWED'];

const MAX_STEPS = 8;
/** Links of one start. */
export const MAX_LINKS = 1_000;

export const linkEndKey = (end: LinkEnd): string => `${end.type}:${end.key}`;

/**
 * Keys of the links on the way from each of `starts`, nearest first, by {@link linkEndKey}; both ways where
 * `direction` is null. An event's signature is a step up only for the event itself, so that one candidate's way down
 * does not wander into another's events. An event, a signal and a joined signature lead up as their signature does.
 * What a signature was split from is told of the signature, and ends the way.
 */
export async function provenanceLinks(
  read: postgres.Sql,
  tenantId: number,
  starts: readonly LinkEnd[],
  direction: ProvenanceDirection | null,
): Promise<Map<string, string[]>> {
  const ways = direction === null ? (['DOWN', 'UP'] as const) : [direction];
  const walked = await Promise.all(ways.map((way) => walk(read, tenantId, starts, way)));
  const links = new Map<string, string[]>(starts.map((start) => [linkEndKey(start), []]));
  for (const row of walked.flat()) {
    const found = links.get(row.start);
    if (found !== undefined && found.length < MAX_LINKS) found.push(row.link_id);
  }
  return links;
}

/** An event's id opens with its millisecond, so that one partition is looked into. */
const millisecondOf = (read: postgres.Sql) => read`(
  timestamptz 'epoch' + ('x' || substr(replace(k.id::text, '-', ''), 1, 12))::bit(48)::bigint * interval '1 millisecond')`;

async function walk(
  read: postgres.Sql,
  tenantId: number,
  starts: readonly LinkEnd[],
  way: ProvenanceDirection,
): Promise<{ start: string; link_id: string }[]> {
  const up = way === 'UP';
  const downward = [...POINTING_DOWN];
  const keysOf = (type: LinkEnd['type']) => starts.filter((s) => s.type === type).map((s) => s.key);
  return read<{ start: string; link_id: string }[]>`
    with recursive implied (start, key) as (
      select 'Event:' || e.event_id, coalesce(s.merged_into_id, s.signature_id)::text
        from unnest(${keysOf('Event')}::uuid[]) as k(id)
        join event e on e.tenant_id = ${tenantId} and e.event_id = k.id
         and e.ts >= ${millisecondOf(read)} and e.ts < ${millisecondOf(read)} + interval '1 millisecond'
        join signature s on s.tenant_id = e.tenant_id and s.signature_id = e.signature_id
      union all
      select 'Signal:' || g.signal_id, coalesce(s.merged_into_id, s.signature_id)::text
        from signal g join signature s on s.tenant_id = g.tenant_id and s.signature_id = g.signature_id
       where g.tenant_id = ${tenantId} and g.signal_id = any(${keysOf('Signal')}::bigint[])
      union all
      select 'Signature:' || s.signature_id, s.merged_into_id::text from signature s
       where s.tenant_id = ${tenantId} and s.merged_into_id is not null
         and s.signature_id = any(${keysOf('Signature')}::bigint[])
    ), way (start, link_id, type, key, step) as (
      select s.type || ':' || s.key, null::bigint, s.type, s.key, 0
        from unnest(${starts.map((s) => s.type)}::text[], ${starts.map((s) => s.key)}::text[]) as s(type, key)
      union
      select start, null::bigint, 'Signature', key, 0 from implied where ${up}
      union
      select w.start, l.link_id, l.type, l.key, case l.link_type when 'SPLIT_FROM' then ${MAX_STEPS} else w.step + 1 end
        from way w
       cross join lateral (
         select link_id, target_type as type, target_key as key, link_type from provenance_link
          where tenant_id = ${tenantId} and source_type = w.type and source_key = w.key
            and (link_type = any(${downward}::text[])) <> ${up}
         union all
         select link_id, source_type, source_key, link_type from provenance_link
          where tenant_id = ${tenantId} and target_type = w.type and target_key = w.key
            and (link_type = any(${downward}::text[])) = ${up}
       ) l
       where w.step < ${MAX_STEPS} and (l.link_type not in ('SIGNED_AS', 'SPLIT_FROM') or w.step = 0)
    )
    select start, link_id from way where link_id is not null
     group by start, link_id order by start, min(step), link_id`;
}
