// Makes the question of whatever was given: a message, an event, a signature or a candidate.
import type postgres from 'postgres';
import { NotFoundError } from '../../domain/errors.ts';
import { eventIdBounds } from '../../domain/event-id.ts';
import { formatMicros, type Micros } from '../../domain/time.ts';
import type { SeenBeforeInput } from './answer.ts';
import { readMessage } from './message.ts';
import { type Asker, NOTHING_NAMED, type Question } from './question.ts';
import { rootsOf } from './roots.ts';
import { namingValues } from './values.ts';

/** Throws ValidationError for an empty message and NotFoundError for an id that this tenant does not have. */
export async function understand(asker: Asker, input: SeenBeforeInput): Promise<Question> {
  if ('message' in input) return readMessage(asker, input.message);
  if ('eventId' in input) return askedByEvent(asker, input.eventId);
  if ('signatureId' in input) return askedBySignature(asker, input.signatureId);
  return askedByCandidate(asker, input.candidateId);
}

async function askedByEvent({ read, tenantId }: Asker, eventId: string): Promise<Question> {
  const [fromUs, toUs] = eventIdBounds(eventId);
  const [row] = await read<{ signature_id: string; message: string; host: string; service: string }[]>`
    select e.signature_id, e.message_raw as message, o.host, o.service
      from event e join origin o on o.tenant_id = e.tenant_id and o.origin_id = e.origin_id
     where e.tenant_id = ${tenantId} and e.ts >= ${formatMicros(fromUs)}::timestamptz
       and e.ts < ${formatMicros(toUs)}::timestamptz and e.event_id = ${eventId}::uuid`;
  if (row === undefined) return askedByExpiredEvent(read, tenantId, eventId, fromUs);
  return {
    ...NOTHING_NAMED,
    about: 'event',
    service: row.service || null,
    host: row.host || null,
    values: namingValues(row.message),
    signatureIds: await rootsOf(read, tenantId, [row.signature_id]),
  };
}

/** Example events of candidates and incidents are remembered with their signature when they themselves are gone. */
async function askedByExpiredEvent(
  read: postgres.Sql,
  tenantId: number,
  eventId: string,
  eventUs: Micros,
): Promise<Question> {
  const [row] = await read<{ is_expired: boolean; signature_ids: string[] }[]>`
    select coalesce(events_from > ${formatMicros(eventUs)}::timestamptz, false) as is_expired,
           array(select target_key from provenance_link
                  where tenant_id = ${tenantId} and source_type = 'Event' and source_key = ${eventId}
                    and link_type = 'SIGNED_AS' and target_type = 'Signature') as signature_ids
      from tenant where tenant_id = ${tenantId}`;
  if (row === undefined || (!row.is_expired && row.signature_ids.length === 0))
    throw notFound('event', 'eventId', 'events');
  return {
    ...NOTHING_NAMED,
    about: 'event',
    expiredUs: row.is_expired ? eventUs : null,
    signatureIds: await rootsOf(read, tenantId, row.signature_ids),
  };
}

async function askedBySignature({ read, tenantId }: Asker, signatureId: string): Promise<Question> {
  const signatureIds = await rootsOf(read, tenantId, [signatureId]);
  if (signatureIds.length === 0) throw notFound('signature', 'signatureId', 'signatures');
  return { ...NOTHING_NAMED, about: 'signature', signatureIds };
}

async function askedByCandidate({ read, tenantId }: Asker, candidateId: string): Promise<Question> {
  const rows = await read<{ candidate_id: string; signature_id: string | null }[]>`
    with recursive led as (
      select candidate_id, redirected_to_id from candidate
       where tenant_id = ${tenantId} and candidate_id = ${candidateId}::bigint
      union
      select c.candidate_id, c.redirected_to_id
        from led join candidate c on c.tenant_id = ${tenantId} and c.candidate_id = led.redirected_to_id
    )
    select led.candidate_id, cs.signature_id
      from led left join candidate_signature cs on cs.tenant_id = ${tenantId} and cs.candidate_id = led.candidate_id
     where led.redirected_to_id is null`;
  if (rows.length === 0) throw notFound('candidate', 'candidateId', 'candidates');
  const signatureIds = rows.flatMap((row) => row.signature_id ?? []);
  return {
    ...NOTHING_NAMED,
    about: 'candidate',
    candidateId: rows[0]!.candidate_id,
    signatureIds: await rootsOf(read, tenantId, signatureIds),
  };
}

const notFound = (thing: string, field: string, list: string) =>
  new NotFoundError(
    `This tenant has no ${thing} with the given id. Take the id from "${list}", and check the tenant.`,
    ['input', field],
  );
