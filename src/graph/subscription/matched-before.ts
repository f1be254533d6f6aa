// What became of a candidate that a subscriber no longer sees. Whether it matched a filter before its latest change is
// in its versions: they keep state, band and score; what else a filter looks at does not change or only grows.
import { and, sql } from 'drizzle-orm';
import { candidate, candidateVersion } from '../../store/tables/candidate.ts';
import { CandidateFilter } from '../candidate-filter.ts';
import type { GraphContext } from '../context.ts';
import { bind, bindParameters, render } from '../plan/render.ts';
import { TenantScope } from '../plan/scope.ts';

/** Of `keys`, those whose previous version matched; of a withdrawn or joined candidate it is the current one. */
export async function candidatesThatMatched(
  filter: Readonly<Record<string, unknown>> | null | undefined,
  keys: readonly string[],
  { services, caller }: GraphContext,
): Promise<Set<string>> {
  const scope = new TenantScope();
  const now = scope.table(candidate);
  const then = scope.table(candidateVersion);
  const { state, score, decisionBand } = then.row;
  const row: typeof candidate = Object.create(now.row, {
    state: { value: state },
    score: { value: score },
    decisionBand: { value: decisionBand },
  });
  const conditions = Object.entries(filter ?? {})
    .filter(([, value]) => value != null)
    .map(([name, value]) => {
      const term = CandidateFilter.terms[name]!;
      const encoded = term.encode(value, ['filter', name]);
      return term.where(
        row,
        bind(() => encoded),
        scope,
      );
    });
  const wanted = bind((_, all) => all);
  const hidden = sql`(${now.row.withdrawn} or ${now.row.redirectedToId} is not null)`;
  const where = and(
    now.mine,
    then.mine,
    sql`${now.row.candidateId} = any(${wanted}::bigint[])`,
    sql`${then.row.candidateId} = ${now.row.candidateId}`,
    sql`${then.row.version} = ${now.row.version} - case when ${hidden} then 0 else 1 end`,
    ...conditions,
  );
  const statement = render(
    sql`select ${now.row.candidateId}::text from ${now.from}, ${then.from} where ${where}`,
  );
  const found = await services.store.read
    .unsafe(statement.text, bindParameters(statement, caller.tenantId, {}, keys) as never[], {
      prepare: true,
    })
    .values();
  return new Set((found as unknown as string[][]).map(([key]) => key!));
}

/** Whether late events made it part of another candidate: read by its id, it would be that one. */
export async function candidateWasJoined(key: string, { services, caller }: GraphContext): Promise<boolean> {
  const rows = await services.store.read`
    select from candidate
     where tenant_id = ${caller.tenantId} and candidate_id = ${key} and redirected_to_id is not null`;
  return rows.length > 0;
}
