// The rules by which ingest parts the messages of a form, and the lock that keeps them and the stored events in step:
// who stores events holds it together with others, who changes the rules holds it alone.

import type pg from 'pg';
import type { Rule } from '../domain/bindings.ts';
import { LockClass } from './lock-classes.ts';

export interface SigningRules {
  /** 0: there never were any. */
  readonly version: number;
  /** By key, in the order in which to ask. */
  readonly rules: ReadonlyMap<string, readonly Rule[]>;
}

/** The version of the rules, which stays until the transaction ends. */
export async function holdSigning(client: pg.ClientBase, tenantId: number): Promise<number> {
  await client.query({
    name: 'hold_signing',
    text: 'select pg_advisory_xact_lock_shared($1::int, $2::int)',
    values: [LockClass.SIGNING, tenantId],
  });
  // A statement of its own: one that waits for a lock sees what was there before it waited.
  const { rows } = await client.query<{ version: number }>({
    name: 'signing_version',
    text: 'select signing_version as version from tenant where tenant_id = $1',
    values: [tenantId],
  });
  return rows[0]?.version ?? 0;
}

/** Until the transaction ends nobody stores events of the tenant. */
export async function stopSigning(client: pg.ClientBase, tenantId: number): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1::int, $2::int)', [LockClass.SIGNING, tenantId]);
}

interface StoredRule extends Rule {
  readonly formKey: string;
}

type Reader = pg.Pool | pg.ClientBase;

export async function readSigningRules(client: Reader, tenantId: number): Promise<SigningRules> {
  const { rows } = await client.query<{ version: number; rules: StoredRule[] | null }>({
    name: 'signing_rules',
    text: `select t.signing_version as version,
                  (select json_agg(json_build_object('key', r.key, 'parting', r.parting, 'partKey', r.part_key)
                                   order by r.form_key, r.key, r.position)
                     from signature_rule r where r.tenant_id = t.tenant_id) as rules
             from tenant t where t.tenant_id = $1`,
    values: [tenantId],
  });
  const rules = new Map<string, Rule[]>();
  for (const rule of rows[0]?.rules ?? []) rules.set(rule.key, [...(rules.get(rule.key) ?? []), rule]);
  return { version: rows[0]?.version ?? 0, rules };
}

/** By form, in order. */
export async function readRulesOf(
  client: pg.ClientBase,
  tenantId: number,
  formKeys: readonly string[],
): Promise<Map<string, Rule[]>> {
  const { rows } = await client.query<StoredRule>(
    `select form_key as "formKey", key, parting, part_key as "partKey" from signature_rule
      where tenant_id = $1 and form_key = any($2::text[]) order by form_key, key collate "C", position`,
    [tenantId, formKeys],
  );
  const rules = new Map<string, Rule[]>();
  for (const { formKey, ...rule } of rows) rules.set(formKey, [...(rules.get(formKey) ?? []), rule]);
  return rules;
}

/** Replaces the rules of the given forms. Call it under the lock. */
export async function writeRulesOf(
  client: pg.ClientBase,
  tenantId: number,
  rulesOf: ReadonlyMap<string, readonly Rule[]>,
): Promise<void> {
  const rows = [...rulesOf].flatMap(([formKey, rules]) =>
    rules.map((rule, position) => ({
      form_key: formKey,
      key: rule.key,
      position,
      parting: rule.parting,
      part_key: rule.partKey,
    })),
  );
  await client.query('delete from signature_rule where tenant_id = $1 and form_key = any($2::text[])', [
    tenantId,
    [...rulesOf.keys()],
  ]);
  await client.query(
    `insert into signature_rule (tenant_id, form_key, key, position, parting, part_key)
     select $1, r.* from json_to_recordset($2::json)
         as r(form_key text, key text, position smallint, parting jsonb, part_key text)`,
    [tenantId, JSON.stringify(rows)],
  );
  await keepRules(client, tenantId, rulesOf);
  await client.query('update tenant set signing_version = signing_version + 1 where tenant_id = $1', [
    tenantId,
  ]);
}

/** What was obeyed until now stays known, by the signature of the form. */
async function keepRules(
  client: pg.ClientBase,
  tenantId: number,
  rulesOf: ReadonlyMap<string, readonly Rule[]>,
): Promise<void> {
  await client.query(
    `with form as (
       select f.signature_id as id, f.key from signature_form f
        where f.tenant_id = $1 and f.key = any($2::text[])),
     moved as (
       select n.* from (
         select form.id, jsonb_build_object('rules', jsonb_agg(to_jsonb(r) - 'tenant_id' order by r.key, r.position)
                                                       filter (where r.key is not null)) as content
           from form left join signature_rule r on r.tenant_id = $1 and r.form_key = form.key group by form.id) n
        where not exists (select 1 from memory_version v
                           where v.tenant_id = $1 and v.relation = 'signature_rule' and v.owner_id = n.id
                             and v.known_until is null and v.content -> 'rules' = n.content -> 'rules')),
     ended as (
       update memory_version v set known_until = clock_timestamp() from moved
        where v.tenant_id = $1 and v.relation = 'signature_rule' and v.owner_id = moved.id and v.other_id = 0
          and v.known_until is null)
     insert into memory_version (tenant_id, relation, owner_id, other_id, known_from, content)
     select $1, 'signature_rule', id, 0, clock_timestamp(), content from moved
      where jsonb_typeof(content -> 'rules') = 'array'`,
    [tenantId, [...rulesOf.keys()]],
  );
}
