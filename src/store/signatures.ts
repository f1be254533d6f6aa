// Signatures as a dimension of events: a key never seen before makes a signature and its first form.
import type pg from 'pg';
import type { Severity } from '../domain/severity.ts';
import { formatMicros, type Micros } from '../domain/time.ts';
import { Dimension } from './dimensions.ts';
import { type Sketch, sketchColumns } from './sketches.ts';

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
  readonly sketch: Sketch;
  /** null: it is a form. */
  readonly part: { readonly formKey: string; readonly label: string } | null;
}

const SIGNATURE_VERSION = 1;

/** $14 to $16: the rows of the sketches. */
const INSERT = `
  with input as (
    select * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                         $10::timestamptz[], $11::smallint[], $12::text[], $13::smallint[], $17::text[], $18::text[])
      as i(key, content_key, service, event_family, pattern, example, pair_key, pair_role, seen_at, severity, partition,
           sketch_version, form_key, part)
  ), made as (
    insert into signature (tenant_id, key, version, service, event_family, pattern, example_message, pair_key, pair_role,
                           first_seen_at, last_seen_at, worst_severity, part)
    select $1, key, ${SIGNATURE_VERSION}, service, event_family, pattern, example, pair_key, pair_role, seen_at, seen_at,
           severity, part
      from input
    on conflict do nothing
    returning key, signature_id
  ), form as (
    insert into signature_form (tenant_id, key, form_key, content_key, signature_id, partition, example, first_seen_at,
                                sketch_version)
    select $1, i.key, i.form_key, i.content_key, m.signature_id, i.partition, i.example, i.seen_at, i.sketch_version
      from made m join input i using (key)
    on conflict do nothing
  ), sketch as (
    insert into signature_sketch (tenant_id, lane, code, signature_id)
    select $1, r.lane, r.code, m.signature_id
      from unnest($14::text[], $15::smallint[], $16::bigint[]) as r(key, lane, code) join made m using (key)
    on conflict do nothing
  )
  select key, signature_id as id from made`;

const INSERT_COARSE = `
  insert into signature (tenant_id, key, version, service, event_family, pattern, example_message,
                         first_seen_at, last_seen_at, worst_severity, metadata)
  select $1, key, ${SIGNATURE_VERSION}, service, event_family, pattern, example, seen_at, seen_at, severity, $9::jsonb
    from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::smallint[])
      as i(key, service, event_family, pattern, example, seen_at, severity)
  on conflict do nothing`;

/** What a signature says of itself that takes what is no longer told apart. */
const COARSE_METADATA = JSON.stringify({
  coarse: true,
  reason:
    'Its service has as many different forms of messages as are told apart: what is new goes here, whatever it says.',
});

/** What happens to new forms of a partition that holds as many as are kept. */
export interface FormBound {
  readonly maxForms: number;
  /** The signature that takes it then: one of a handful per partition. */
  coarse(content: SignatureContent): SignatureContent;
  /** The key of the family that each belongs to by what is known of it; null: to none. */
  familiesOf(
    client: pg.ClientBase,
    tenantId: number,
    contents: readonly SignatureContent[],
  ): Promise<(string | null)[]>;
  onFull(tenantId: number, partition: string): void;
}

/** Returns those that were not there. */
export async function insertSignatures(
  client: pg.ClientBase,
  tenantId: number,
  contents: readonly SignatureContent[],
): Promise<{ key: string; id: string }[]> {
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
    contents.map((c) => c.sketch.version),
    ...sketchColumns(contents),
    contents.map((c) => c.part?.formKey ?? null),
    contents.map((c) => c.part?.label ?? null),
  ]);
  return rows;
}

export const signatures = (bound: FormBound) =>
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
      const fitting = await withinBound(client, tenantId, contents, bound.maxForms);
      return insertSignatures(client, tenantId, fitting);
    },
    overflow: (client, tenantId, contents) => placeBeyond(client, tenantId, contents, bound),
  });

/** Those for which their partition has room; a part takes none. */
async function withinBound(
  client: pg.ClientBase,
  tenantId: number,
  contents: readonly SignatureContent[],
  maxForms: number,
): Promise<SignatureContent[]> {
  const { rows } = await client.query<{ partition: string; n: number }>(
    `select partition, count(*)::int as n from signature_form
      where tenant_id = $1 and partition = any($2::text[]) and form_key is null group by partition`,
    [tenantId, [...new Set(contents.map((c) => c.partition))]],
  );
  const room = new Map(rows.map(({ partition, n }) => [partition, maxForms - n]));
  return contents.filter(({ partition, part }) => {
    if (part !== null) return true;
    const left = room.get(partition) ?? maxForms;
    room.set(partition, left - 1);
    return left > 0;
  });
}

async function placeBeyond(
  client: pg.ClientBase,
  tenantId: number,
  contents: readonly SignatureContent[],
  bound: FormBound,
): Promise<{ key: string; id: string }[]> {
  const placed = new Map<string, string>();
  const coarse = new Map<string, SignatureContent>();
  const families = await bound.familiesOf(client, tenantId, contents);
  contents.forEach((content, i) => {
    bound.onFull(tenantId, content.partition);
    const family = families[i]!;
    const instead = family === null ? bound.coarse(content) : null;
    if (instead !== null && !coarse.has(instead.key)) coarse.set(instead.key, instead);
    placed.set(content.key, family ?? instead!.key);
  });
  await insertCoarse(client, tenantId, [...coarse.values()]);
  const { rows } = await client.query<{ key: string; id: string }>(
    `select key, signature_id as id from signature where tenant_id = $1 and key = any($2::text[])`,
    [tenantId, [...new Set(placed.values())]],
  );
  const idOf = new Map(rows.map(({ key, id }) => [key, id]));
  return contents.map(({ key }) => ({ key, id: idOf.get(placed.get(key)!)! }));
}

async function insertCoarse(
  client: pg.ClientBase,
  tenantId: number,
  contents: readonly SignatureContent[],
): Promise<void> {
  if (contents.length === 0) return;
  await client.query(INSERT_COARSE, [
    tenantId,
    contents.map((c) => c.key),
    contents.map((c) => c.service),
    contents.map((c) => c.eventFamily),
    contents.map((c) => c.pattern),
    contents.map((c) => c.exampleMessage),
    contents.map((c) => formatMicros(c.seenUs)),
    contents.map((c) => c.severity),
    COARSE_METADATA,
  ]);
}
