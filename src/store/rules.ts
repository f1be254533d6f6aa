// A tenant's rules, and their version: every change to them raises it in the same transaction.
import type pg from 'pg';
import { DEFAULT_RULES } from '../domain/default-rules.ts';
import type { Rule } from '../domain/rule.ts';
import { formatMicros, type Micros } from '../domain/time.ts';

type Queryable = Pick<pg.Pool, 'query'>;

/** null: the tenant has no rules of its own yet, not even those that every tenant begins with. */
export async function readRuleVersion(pool: Queryable, tenantId: number): Promise<number | null> {
  const { rows } = await pool.query<{ version: number }>({
    name: 'rule_version',
    text: 'select version from rule_book where tenant_id = $1',
    values: [tenantId],
  });
  return rows[0]?.version ?? null;
}

/** The rules that every tenant begins with (edited when they were made: nobody has since); does nothing for one that has, or had, its own. */
export async function seedRules(pool: Queryable, tenantId: number): Promise<void> {
  const rules = DEFAULT_RULES.map((r) => ({ ...r, window_minutes: r.windowMinutes }));
  await pool.query(
    `with fresh as (insert into rule_book (tenant_id) values ($1) on conflict do nothing returning tenant_id)
     insert into rule (tenant_id, name, description, expression, severity, count, window_minutes, per, position, enabled,
                       created_at, updated_at)
     select f.tenant_id, r.name, r.description, r.expression, r.severity, r.count, r.window_minutes,
            array(select json_array_elements_text(r.per)), r.position, r.enabled,
            statement_timestamp(), statement_timestamp()
       from fresh f, json_to_recordset($2::json)
            as r(name text, description text, expression text, severity smallint, count int, window_minutes int,
                 per json, position int, enabled boolean)
      order by r.position`,
    [tenantId, JSON.stringify(rules)],
  );
}

export async function readRules(pool: Queryable, tenantId: number): Promise<Rule[]> {
  const { rows } = await pool.query<Rule>(
    `select rule_id as "ruleId", name, description, expression, severity, count, window_minutes as "windowMinutes", per,
            position, enabled
       from rule where tenant_id = $1`,
    [tenantId],
  );
  return rows;
}

/** Remembers why rules could not be judged: the last reason of each. */
export async function recordRuleFaults(
  client: Queryable,
  tenantId: number,
  faults: ReadonlyMap<string, string>,
  atUs: Micros,
): Promise<void> {
  if (faults.size === 0) return;
  const ids = [...faults.keys()].sort();
  await client.query(
    `update rule r set last_error = d.error, last_error_at = $4
       from unnest($2::bigint[], $3::text[]) as d(rule_id, error)
      where r.tenant_id = $1 and r.rule_id = d.rule_id`,
    [tenantId, ids, ids.map((id) => faults.get(id)), formatMicros(atUs)],
  );
}
