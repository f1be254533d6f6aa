// The events from which the parameters of signatures are read: all of a signature, or the same even sample of them
// whenever, in whatever order and from whatever process they came: events whose ids have the least hashes.
import type { Store } from '../store/store.ts';

/** Of a signature with more events than this, as many are drawn. */
export const PARAMETER_EVENTS = 2_000;

export interface ParameterEvent {
  /** Of the signature. */
  readonly id: string;
  readonly raw: string;
  readonly flags: number;
}

export interface SignatureEvents {
  readonly id: string;
  /** The pattern where it is drawn from several forms. */
  readonly family: string | null;
  readonly occurrences: number;
  /** Whether the events read are all there are. */
  readonly isAll: boolean;
  readonly events: readonly ParameterEvent[];
}

interface Row extends Omit<SignatureEvents, 'events'> {
  readonly raw: string | null;
  readonly flags: number | null;
}

/** Signatures that are not the tenant's have no entry. An event has the hash that its id ends with. */
export async function readParameterEvents(
  read: Store['read'],
  tenantId: number,
  signatureIds: readonly string[],
): Promise<Map<string, SignatureEvents>> {
  const rows = await read<Row[]>`
    select s.signature_id as id, s.occurrence_count::float8 as occurrences, few.n <= ${PARAMETER_EVENTS} as "isAll",
           case when cardinality(own.ids) > 1 then s.pattern end as family, e.message_raw as raw, e.flags
      from signature s
     cross join lateral (
       select array_agg(m.id) as ids
         from (select s.signature_id as id
               union all
               select signature_id from signature where tenant_id = s.tenant_id and merged_into_id = s.signature_id) m) own
     cross join lateral (
       select count(*) as n
         from (select from unnest(own.ids) as m(id)
                cross join lateral (
                  select from event where tenant_id = s.tenant_id and signature_id = m.id
                   limit ${PARAMETER_EVENTS + 1}) e
                limit ${PARAMETER_EVENTS + 1}) e) few
      left join lateral (
        (select all_of_it.message_raw, all_of_it.flags
           from event all_of_it
          where all_of_it.tenant_id = s.tenant_id and all_of_it.signature_id = any(own.ids)
            and few.n <= ${PARAMETER_EVENTS})
        union all
        (select drawn.message_raw, drawn.flags
           from unnest(own.ids) as m(id)
          cross join lateral (
            select message_raw, flags, substring(uuid_send(event_id) from 10) as hash
              from event
             where tenant_id = s.tenant_id and signature_id = m.id and get_byte(uuid_send(event_id), 9) < 32
             order by hash limit ${PARAMETER_EVENTS}) drawn
          where few.n > ${PARAMETER_EVENTS}
          order by drawn.hash limit ${PARAMETER_EVENTS})
      ) e on true
     where s.tenant_id = ${tenantId} and s.signature_id = any(${[...signatureIds]}::bigint[])`;
  const found = new Map<string, SignatureEvents & { events: ParameterEvent[] }>();
  for (const { raw, flags, ...signature } of rows) {
    const known = found.get(signature.id) ?? { ...signature, events: [] };
    found.set(signature.id, known);
    if (raw !== null) known.events.push({ id: signature.id, raw, flags: flags ?? 0 });
  }
  return found;
}
