// What exactly is asked: whichever way the question came, it becomes a text, a place and the signatures that hold it.
import type postgres from 'postgres';
import { NotFoundError, ValidationError } from '../../domain/errors.ts';
import { eventIdBounds } from '../../domain/event-id.ts';
import { type Clock, formatMicros } from '../../domain/time.ts';
import { parseLine } from '../../parse/parse-line.ts';
import { describeForm } from '../../signature/engine.ts';
import type { SeenBeforeInput } from './answer.ts';

export interface Question {
  readonly about: 'message' | 'event' | 'signature' | 'candidate';
  /** The message without its header; null where the question named signatures. */
  readonly message: string | null;
  /** What similar signatures are compared with; null as `message`. */
  readonly pattern: string | null;
  /** Named in the question or in the line's header. */
  readonly service: string | null;
  /** Named in the question itself: then only that service is meant. */
  readonly serviceNamed: boolean;
  readonly host: string | null;
  /** Named in the question itself: then the host's own silence matters. */
  readonly hostNamed: boolean;
  /** The signatures that hold it exactly, merged ones led to where they went. */
  readonly signatureIds: readonly string[];
  readonly candidateId: string | null;
}

/** Characters of a message in the question: more than any signature looks at. */
const MAX_MESSAGE_CHARS = 65_536;

interface Asker {
  readonly read: postgres.Sql;
  readonly tenantId: number;
  readonly clock: Clock;
}

/** Throws ValidationError for an empty message and NotFoundError for an id that this tenant does not have. */
export async function understand(asker: Asker, input: SeenBeforeInput): Promise<Question> {
  if ('message' in input) return askedByMessage(asker, input.message);
  if ('eventId' in input) return askedByEvent(asker, input.eventId);
  if ('signatureId' in input) return askedBySignature(asker, input.signatureId);
  return askedByCandidate(asker, input.candidateId);
}

const NOTHING_NAMED = {
  message: null,
  pattern: null,
  service: null,
  serviceNamed: false,
  host: null,
  hostNamed: false,
  candidateId: null,
} as const;

async function askedByMessage(
  { read, tenantId, clock }: Asker,
  asked: { text: string; service?: string | null | undefined; host?: string | null | undefined },
): Promise<Question> {
  checkMessage(asked.text);
  const line = parseLine(asked.text, { referenceUs: clock.nowUs() });
  const named = asked.service?.trim() || null;
  const service = named ?? line.program;
  const form = describeForm(line.message, service ?? '');
  const rows = await read<{ id: string; own: boolean }[]>`
    select signature_id as id, key = ${form.key} as own from signature_form
     where tenant_id = ${tenantId} and (key = ${form.key} or content_key = ${form.contentKey})`;
  const own = rows.filter((row) => row.own);
  const held = own.length > 0 || named !== null ? own : rows;
  const namedHost = asked.host?.trim() || null;
  return {
    ...NOTHING_NAMED,
    about: 'message',
    message: line.message,
    pattern: form.pattern,
    service,
    serviceNamed: named !== null,
    host: namedHost ?? line.host,
    hostNamed: namedHost !== null,
    signatureIds: await rootsOf(
      read,
      tenantId,
      held.map((row) => row.id),
    ),
  };
}

function checkMessage(text: string): void {
  if (text.trim() === '') {
    throw new ValidationError('"text" is empty: give the line, or the words to look for.', [
      'input',
      'message',
      'text',
    ]);
  }
  if (text.length > MAX_MESSAGE_CHARS) {
    throw new ValidationError(
      `"text" has ${text.length} characters; the limit is ${MAX_MESSAGE_CHARS}. Its beginning is enough.`,
      ['input', 'message', 'text'],
    );
  }
}

async function askedByEvent({ read, tenantId }: Asker, eventId: string): Promise<Question> {
  const [fromUs, toUs] = eventIdBounds(eventId);
  const [row] = await read<{ signature_id: string; ts: string; host: string; service: string }[]>`
    select e.signature_id, e.ts, o.host, o.service
      from event e join origin o on o.tenant_id = e.tenant_id and o.origin_id = e.origin_id
     where e.tenant_id = ${tenantId} and e.ts >= ${formatMicros(fromUs)}::timestamptz
       and e.ts < ${formatMicros(toUs)}::timestamptz and e.event_id = ${eventId}::uuid`;
  if (row === undefined) throw notFound('event', 'eventId', 'events');
  return {
    ...NOTHING_NAMED,
    about: 'event',
    service: row.service || null,
    host: row.host || null,
    signatureIds: await rootsOf(read, tenantId, [row.signature_id]),
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

/** Where each signature's history is kept today; ids that the tenant does not have lead nowhere. */
async function rootsOf(read: postgres.Sql, tenantId: number, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await read<{ id: string }[]>`
    with recursive led as (
      select signature_id, merged_into_id from signature
       where tenant_id = ${tenantId} and signature_id = any(${[...ids]}::bigint[])
      union
      select s.signature_id, s.merged_into_id
        from led join signature s on s.tenant_id = ${tenantId} and s.signature_id = led.merged_into_id
    )
    select distinct signature_id as id from led where merged_into_id is null`;
  return rows.map((row) => row.id);
}

const notFound = (thing: string, field: string, list: string) =>
  new NotFoundError(
    `This tenant has no ${thing} with the given id. Take the id from "${list}", and check the tenant.`,
    ['input', field],
  );
