// From Drizzle's SQL objects to text and binds. Parameters are functions of the execution, so that a statement is
// compiled once and bound many times. `$1` is always the caller's tenant.
import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { FieldNode, GraphQLField } from 'graphql';
import { getArgumentValues } from 'graphql';

/** The coerced arguments of a field, in one execution. */
export type ArgumentsOf = (field: ArgumentSource) => Record<string, unknown>;

/** A field with arguments inside a statement. */
export interface ArgumentSource {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
}

export class Bind {
  readonly value: (argumentsOf: ArgumentsOf, keys: readonly string[]) => unknown;

  constructor(value: (argumentsOf: ArgumentsOf, keys: readonly string[]) => unknown) {
    this.value = value;
  }
}

export const bind = (value: Bind['value']): SQL => sql`${sql.param(new Bind(value))}`;

class PlanDialect extends PgDialect {
  override escapeParam(index: number): string {
    return `$${index + 2}`;
  }
}

const dialect = new PlanDialect();

export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

export function render(query: SQL): Statement {
  const { sql: text, params } = dialect.sqlToQuery(query);
  return { text, parameters: params };
}

/** The values of `$1…` for one execution; throws ValidationError where an argument cannot be used. */
export function bindParameters(
  statement: Statement,
  tenantId: number,
  variableValues: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): unknown[] {
  const known = new Map<FieldNode, Record<string, unknown>>();
  const argumentsOf: ArgumentsOf = ({ definition, node }) => {
    let values = known.get(node);
    if (!values) {
      values = getArgumentValues(definition, node, variableValues);
      known.set(node, values);
    }
    return values;
  };
  return [
    tenantId,
    ...statement.parameters.map((parameter) =>
      parameter instanceof Bind ? (parameter.value(argumentsOf, keys) ?? null) : parameter,
    ),
  ];
}
