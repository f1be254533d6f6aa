// Signatures as a dimension of events: a key never seen before makes a signature and its first form.
import type { Severity } from '../domain/severity.ts';
import { formatMicros, type Micros } from '../domain/time.ts';
import { Dimension } from './dimensions.ts';

export interface SignatureContent {
  readonly key: string;
  readonly contentKey: string;
  readonly service: string;
  readonly partition: string;
  readonly eventFamily: string;
  readonly pattern: string;
  readonly exampleMessage: string;
  readonly pairKey: string | null;
  readonly pairRole: 'PROBLEM' | 'RECOVERY' | null;
  readonly seenUs: Micros;
  readonly severity: Severity;
}

const SIGNATURE_VERSION = 1;

const INSERT = `
  with input as (
    select * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                         $10::timestamptz[], $11::smallint[], $12::text[])
      as i(key, content_key, service, event_family, pattern, example, pair_key, pair_role, seen_at, severity, partition)
  ), made as (
    insert into signature (tenant_id, key, version, service, event_family, pattern, example_message, pair_key, pair_role,
                           first_seen_at, last_seen_at, worst_severity)
    select $1, key, ${SIGNATURE_VERSION}, service, event_family, pattern, example, pair_key, pair_role, seen_at, seen_at, severity
      from input
    on conflict do nothing
    returning key, signature_id
  ), form as (
    insert into signature_form (tenant_id, key, content_key, signature_id, partition, example, first_seen_at)
    select $1, i.key, i.content_key, m.signature_id, i.partition, i.example, i.seen_at from made m join input i using (key)
    on conflict do nothing
  )
  select key, signature_id as id from made`;

export const signatures = () =>
  new Dimension<SignatureContent>({
    keyOf: (signature) => signature.key,
    select: async (client, tenantId, contents) => {
      const { rows } = await client.query(
        `select f.key, f.signature_id as id from signature_form f where f.tenant_id = $1 and f.key = any($2::text[])`,
        [tenantId, contents.map((c) => c.key)],
      );
      return rows;
    },
    insert: async (client, tenantId, contents) => {
      const { rows } = await client.query(INSERT, [
        tenantId,
        contents.map((c) => c.key),
        contents.map((c) => c.contentKey),
        contents.map((c) => c.service),
        contents.map((c) => c.eventFamily),
        contents.map((c) => c.pattern),
        contents.map((c) => c.exampleMessage),
        contents.map((c) => c.pairKey),
        contents.map((c) => c.pairRole),
        contents.map((c) => formatMicros(c.seenUs)),
        contents.map((c) => c.severity),
        contents.map((c) => c.partition),
      ]);
      return rows;
    },
  });
