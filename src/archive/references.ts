// Records that name something which neither the archive nor the memory holds.

import { type MergeContext, run } from './merge.ts';
import type { LineFault } from './read-records.ts';

type Target = 'signature' | 'asset' | 'source' | 'candidate' | 'incident' | 'lesson' | 'hint' | 'review';

/** [kind, field, what it names]; a list names one in each element. */
const REFERENCES: readonly (readonly [string, string, Target])[] = [
  ['signature', 'mergedInto', 'signature'],
  ['origin', 'source', 'source'],
  ['gap', 'source', 'source'],
  ['change', 'host', 'asset'],
  ['form', 'signature', 'signature'],
  ['counts', 'signature', 'signature'],
  ['counts', 'host', 'asset'],
  ['heartbeat', 'host', 'asset'],
  ['signal', 'signature', 'signature'],
  ['signal', 'host', 'asset'],
  ['candidate', 'redirectedTo', 'candidate'],
  ['candidate', 'signatures', 'signature'],
  ['candidate', 'hosts', 'asset'],
  ['candidateVersion', 'candidate', 'candidate'],
  ['incident', 'mergedInto', 'incident'],
  ['incident', 'signatures', 'signature'],
  ['incident', 'hosts', 'asset'],
  ['incident', 'candidates', 'candidate'],
  ['example', 'incident', 'incident'],
  ['incidentMerge', 'from', 'incident'],
  ['incidentMerge', 'into', 'incident'],
  ['lesson', 'signatures', 'signature'],
  ['lesson', 'incidents', 'incident'],
  ['lesson', 'candidates', 'candidate'],
  ['hint', 'signatures', 'signature'],
  ['hint', 'incidents', 'incident'],
  ['outcome', 'hint', 'hint'],
  ['outcome', 'incident', 'incident'],
  ['outcome', 'candidate', 'candidate'],
  ['proposal', 'signature', 'signature'],
  ['proposal', 'lesson', 'lesson'],
  ['review', 'candidate', 'candidate'],
  ['review', 'incident', 'incident'],
  ['review', 'lesson', 'lesson'],
  ['review', 'signature', 'signature'],
  ['suppression', 'review', 'review'],
];

const NAMED: Record<Target, readonly [name: string, table: string, column: string]> = {
  signature: ['key', 'signature', 'key'],
  asset: ['hostname', 'asset', 'hostname'],
  source: ['name', 'source', 'name'],
  candidate: ['id', 'candidate', 'portable_id'],
  incident: ['id', 'incident', 'portable_id'],
  lesson: ['id', 'lesson', 'portable_id'],
  hint: ['id', 'runbook_hint', 'portable_id'],
  review: ['id', 'review', 'portable_id'],
};

/** Faults looked for per kind of reference. */
const LIMIT = 100;

const elementsOf = (kind: string, field: string) => `
  select g.file, g.line, g.data::text as text, e.value as name
    from staged g
   cross join lateral jsonb_array_elements_text(
     case jsonb_typeof(g.data -> '${field}') when 'array' then g.data -> '${field}'
          when 'string' then jsonb_build_array(g.data -> '${field}') else '[]' end) as e(value)
   where g.kind = '${kind}'`;

const missing = (kind: string, field: string, target: Target) => {
  const [name, table, column] = NAMED[target];
  return `
  select r.file, r.line, r.text, r.name from (${elementsOf(kind, field)}) r
    left join (select data ->> '${name}' as name from staged where kind = '${target}') s using (name)
    left join (select ${column}::text as name from ${table} where tenant_id = $1) k using (name)
   where s.name is null and k.name is null order by r.line limit ${LIMIT}`;
};

export async function findDangling(ctx: MergeContext): Promise<LineFault[]> {
  const faults: LineFault[] = [];
  for (const [kind, field, target] of REFERENCES) {
    for (const { file, line, text, name } of await run<{
      file: string | null;
      line: number;
      text: string;
      name: string;
    }>(ctx, missing(kind, field, target))) {
      const reason = `${kind}: it names the ${target} ${name}, which neither the import nor this memory holds.`;
      faults.push({ ...(file === null ? {} : { file }), line, field, reason, text });
    }
  }
  return faults.sort((a, b) => a.line - b.line);
}
