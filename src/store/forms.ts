// What is known of the forms of signatures: where each is counted, when it was first counted, and what is new to a
// process that learns from them.
import type pg from 'pg';
import { formatMicros, type Micros } from '../domain/time.ts';

export interface FormSighting {
  readonly signatureId: string;
  readonly firstUs: Micros;
  readonly example: string;
}

export interface PlacedForm {
  readonly signatureId: string;
  /** The signature that its events are counted for; null: it stands for itself. */
  readonly mergedIntoId: string | null;
  /** Seen for the first time, or perhaps earlier than known. */
  readonly isEarlier: boolean;
}

/** Of the given signatures those that are joined into another, or may have been seen earlier than is known. */
export async function placeForms(
  client: pg.ClientBase,
  tenantId: number,
  sightings: readonly Pick<FormSighting, 'signatureId' | 'firstUs'>[],
): Promise<PlacedForm[]> {
  const { rows } = await client.query<PlacedForm>({
    name: 'place_forms',
    text: `select * from (
             select d.signature_id as "signatureId", s.merged_into_id as "mergedIntoId",
                    f.key is not null and (f.first_counted_at is null or d.first_at <= f.first_counted_at) as "isEarlier"
               from unnest($2::bigint[], $3::timestamptz[]) as d(signature_id, first_at)
               join signature s on s.tenant_id = $1 and s.signature_id = d.signature_id
               left join signature_form f on f.tenant_id = $1 and f.signature_id = d.signature_id) placed
            where "mergedIntoId" is not null or "isEarlier"`,
    values: [tenantId, sightings.map((s) => s.signatureId), sightings.map((s) => formatMicros(s.firstUs))],
  });
  return rows;
}

export interface NamedForm {
  /** Of a part, its form's. */
  readonly key: string;
  readonly partition: string;
}

/** Keeps what is earlier than known, under the next number; returns the forms that changed. Call it under the tenant's lock. */
export async function recordSightings(
  client: pg.ClientBase,
  tenantId: number,
  sightings: readonly FormSighting[],
): Promise<NamedForm[]> {
  const { rows } = await client.query<NamedForm>({
    name: 'record_sightings',
    text: `with next as (select nextval('mnemograph_learnt_seq') as seq)
           update signature_form f
              set first_counted_at = d.first_at, example = d.example, learnt_seq = next.seq
             from next, unnest($2::bigint[], $3::timestamptz[], $4::text[]) as d(signature_id, first_at, example)
            where f.tenant_id = $1 and f.signature_id = d.signature_id
              and (f.first_counted_at is null
                   or (d.first_at, d.example collate "C") < (f.first_counted_at, f.example collate "C"))
           returning coalesce(f.form_key, f.key) as key, f.partition`,
    values: [
      tenantId,
      sightings.map((s) => s.signatureId),
      sightings.map((s) => formatMicros(s.firstUs)),
      sightings.map((s) => s.example),
    ],
  });
  return rows;
}

export interface LearntForm {
  readonly key: string;
  readonly example: string;
  readonly firstUs: Micros;
  readonly seq: number;
}

/**
 * The counted forms of one partition that are new, or earlier, since `afterSeq`; in that order. A form all of whose
 * events belong to parts of it was never seen as such: `firstUs` is infinite.
 */
export async function readLearnt(
  client: pg.ClientBase,
  tenantId: number,
  partition: string,
  afterSeq: number,
): Promise<LearntForm[]> {
  const { rows } = await client.query<{ key: string; example: string; us: string | null; seq: string }>({
    name: 'read_learnt',
    text: `select key, example, (extract(epoch from first_counted_at) * 1000000)::bigint as us, learnt_seq as seq
             from signature_form
            where tenant_id = $1 and partition = $2 and learnt_seq > $3 and form_key is null
            order by learnt_seq, key`,
    values: [tenantId, partition, afterSeq],
  });
  return rows.map(({ key, example, us, seq }) => ({
    key,
    example,
    firstUs: us === null ? Number.POSITIVE_INFINITY : Number(us),
    seq: Number(seq),
  }));
}

export interface RootedForm {
  readonly key: string;
  readonly signatureId: string;
  readonly rootId: string;
  readonly rootKey: string;
  /** Whether anything was counted for the root so far. */
  readonly isCounted: boolean;
}

/** Where the events of these forms are counted. */
export async function findRoots(
  client: pg.ClientBase,
  tenantId: number,
  keys: readonly string[],
): Promise<RootedForm[]> {
  const { rows } = await client.query<RootedForm>({
    name: 'find_roots',
    text: `select f.key, f.signature_id as "signatureId", r.signature_id as "rootId", r.key as "rootKey",
                  r.occurrence_count > 0 as "isCounted"
             from signature_form f
             join signature s on s.tenant_id = $1 and s.signature_id = f.signature_id
             join signature r on r.tenant_id = $1 and r.signature_id = coalesce(s.merged_into_id, s.signature_id)
            where f.tenant_id = $1 and f.key = any($2::text[])`,
    values: [tenantId, keys],
  });
  return rows;
}

export interface FamilyExamples {
  readonly rootId: string;
  readonly pattern: string;
  /** One message per form, the oldest form first. */
  readonly examples: readonly string[];
}

/** The families of several forms among the given roots, each with at most `limit` examples. */
export async function readFamilies(
  client: pg.ClientBase,
  tenantId: number,
  rootIds: readonly string[],
  limit: number,
): Promise<FamilyExamples[]> {
  const { rows } = await client.query<FamilyExamples>({
    name: 'read_families',
    text: `select r.signature_id as "rootId", r.pattern, e.examples
             from signature r
            cross join lateral (
                  select array_agg(x.example order by x.first_counted_at, x.key collate "C") as examples
                    from (select f.example, f.first_counted_at, f.key
                            from (select r.signature_id
                                  union all
                                  select s.signature_id from signature s
                                   where s.tenant_id = $1 and s.merged_into_id = r.signature_id) m
                            join signature_form f on f.tenant_id = $1 and f.signature_id = m.signature_id
                           where f.first_counted_at is not null
                           order by f.first_counted_at, f.key collate "C" limit $3) x) e
            where r.tenant_id = $1 and r.signature_id = any($2::bigint[])
              and exists (select 1 from signature s where s.tenant_id = $1 and s.merged_into_id = r.signature_id)`,
    values: [tenantId, rootIds, limit],
  });
  return rows;
}

export async function writePatterns(
  client: pg.ClientBase,
  tenantId: number,
  patterns: readonly { readonly rootId: string; readonly pattern: string }[],
): Promise<void> {
  await client.query(
    `update signature s set pattern = d.pattern
       from unnest($2::bigint[], $3::text[]) as d(signature_id, pattern)
      where s.tenant_id = $1 and s.signature_id = d.signature_id`,
    [tenantId, patterns.map((p) => p.rootId), patterns.map((p) => p.pattern)],
  );
}

export interface JoinedForm {
  readonly signatureId: string;
  readonly example: string;
}

/** Those of the given signatures that are joined into another. */
export async function readJoined(
  client: pg.ClientBase,
  tenantId: number,
  signatureIds: readonly string[],
): Promise<JoinedForm[]> {
  const { rows } = await client.query<JoinedForm>({
    name: 'read_joined',
    text: `select s.signature_id as "signatureId", f.example
             from signature s join signature_form f on f.tenant_id = $1 and f.signature_id = s.signature_id
            where s.tenant_id = $1 and s.signature_id = any($2::bigint[]) and s.merged_into_id is not null`,
    values: [tenantId, signatureIds],
  });
  return rows;
}

/** What is counted for another says only what its form is, and when it was first seen. */
export async function writeJoined(
  client: pg.ClientBase,
  tenantId: number,
  joined: readonly (JoinedForm & { readonly pattern: string })[],
): Promise<void> {
  await client.query(
    `update signature s
        set first_seen_at = coalesce(f.first_counted_at, s.first_seen_at),
            last_seen_at = coalesce(f.first_counted_at, s.first_seen_at), worst_severity = 0, score = 0,
            example_message = f.example, pattern = d.pattern
       from unnest($2::bigint[], $3::text[]) as d(signature_id, pattern)
       join signature_form f on f.tenant_id = $1 and f.signature_id = d.signature_id
      where s.tenant_id = $1 and s.signature_id = d.signature_id`,
    [tenantId, joined.map((j) => j.signatureId), joined.map((j) => j.pattern)],
  );
}
