// What was known when, of rows of which this memory keeps no versions of its own.
import { type MergeContext, type Merged, named, run, staged } from './merge.ts';
import type { Versioned } from './versioned.ts';

const COLUMNS =
  'relation text, owner text, other text, "from" timestamptz, until timestamptz, content jsonb, "mergedInto" text';

function statementOf({ table, owner, other }: Versioned): string {
  const ids = [
    `'tenant_id', $1::int`,
    `'${owner}', o.id`,
    ...(other === null ? [] : [`'${other}', x.id`]),
    ...(table === 'incident' ? [`'merged_into_id', m.id`] : []),
  ];
  return `
    insert into memory_version (tenant_id, relation, owner_id, other_id, known_from, known_until, content)
    select $1, '${table}', o.id, ${other === null ? 0 : 'x.id'}, r."from", r.until, r.content || jsonb_build_object(${ids.join(', ')})
      from ${staged('version', COLUMNS)} r
      join ${named(owner)} o on o.name = r.owner
      ${other === null ? '' : `join ${named(other)} x on x.name = r.other`}
      ${table === 'incident' ? `left join ${named('incident_id')} m on m.name = r."mergedInto"` : ''}
     where r.relation = '${table}'
       and not exists (select 1 from memory_version v
                        where v.tenant_id = $1 and v.relation = '${table}' and v.owner_id = o.id
                          and v.other_id = ${other === null ? 0 : 'x.id'})
     order by o.id, r."from"
    on conflict do nothing returning 1`;
}

export async function mergeVersions(ctx: MergeContext, versioned: readonly Versioned[]): Promise<Merged> {
  let added = 0;
  for (const each of versioned) added += (await run(ctx, statementOf(each))).length;
  return { added, changed: 0 };
}
