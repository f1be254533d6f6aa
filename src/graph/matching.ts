// Which of some nodes match a filter: what a subscriber is told of depends on it.
import { and, sql } from 'drizzle-orm';
import type { NodeType } from '../domain/words.ts';
import type { GraphContext } from './context.ts';
import type { FilterRef } from './filters.ts';
import type { NodeTypeRef } from './nodes.ts';
import { bind, bindParameters, render } from './plan/render.ts';
import { TenantScope, type TenantTable } from './plan/scope.ts';

/** The keys whose rows match all that `filter` gives; hidden rows match nothing. Throws ValidationError. */
export async function matchingKeys<T extends TenantTable>(
  { node }: NodeTypeRef<NodeType, T>,
  filterRef: FilterRef<T>,
  filter: Readonly<Record<string, unknown>> | null | undefined,
  keys: readonly string[],
  { services, caller }: Pick<GraphContext, 'services' | 'caller'>,
): Promise<Set<string>> {
  const scope = new TenantScope();
  const { row, from, mine } = scope.table(node.table);
  const given = Object.entries(filter ?? {}).filter(([, value]) => value != null);
  const conditions = given.map(([name, value]) => {
    const term = filterRef.terms[name]!;
    const encoded = term.encode(value, ['filter', name]);
    return term.where(
      row,
      bind(() => encoded),
      scope,
    );
  });
  const wanted = bind((_, all) => all);
  const isWanted = sql`${node.key(row)} = any(${wanted}::${sql.raw(node.keyType)}[])`;
  const where = and(mine, isWanted, node.listed?.(row), ...conditions);
  const statement = render(sql`select ${node.key(row)}::text from ${from} where ${where}`);
  const parameters = bindParameters(statement, caller.tenantId, {}, keys);
  const found = await services.store.read
    .unsafe(statement.text, parameters as never[], { prepare: true })
    .values();
  return new Set((found as unknown as string[][]).map(([key]) => key!));
}
