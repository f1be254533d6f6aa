// Compiled statements by operation. What shapes a statement is part of the key: booleans, enum values and limits by
// value, everything else by whether it is given. Limits are literals, for a generic plan over `LIMIT $n` is slow.
import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';

const SHAPED_BY_VALUE = ['Boolean', 'Int'];
const MAX_VARIANTS = 200;

/** How the coerced `variables` shape a statement of `operation`. */
export function shapeOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): string {
  const shapes = (operation.variableDefinitions ?? []).map((definition) => {
    const type = typeFromAST(schema, definition.type) as GraphQLInputType;
    return inputShape(type, variables[definition.variable.name.value], true);
  });
  return shapes.join(';');
}

function inputShape(type: GraphQLInputType, value: unknown, topLevel: boolean): string {
  if (value == null) return '-';
  const inner = getNullableType(type);
  if (isListType(inner)) return '+';
  if (isInputObjectType(inner)) {
    const given = value as Record<string, unknown>;
    const shapes = Object.values(inner.getFields()).map((f) => inputShape(f.type, given[f.name], false));
    return `{${shapes.join(',')}}`;
  }
  return topLevel && (isEnumType(inner) || SHAPED_BY_VALUE.includes(inner.name)) ? String(value) : '+';
}

export class PlanCache<Plan> {
  readonly #plans = new WeakMap<OperationDefinitionNode, Map<string, Plan>>();
  compiled = 0;

  get(operation: OperationDefinitionNode, key: string, compile: () => Plan): Plan {
    let variants = this.#plans.get(operation);
    if (!variants) {
      variants = new Map();
      this.#plans.set(operation, variants);
    }
    let plan = variants.get(key);
    if (plan === undefined) {
      plan = compile();
      this.compiled += 1;
      if (variants.size >= MAX_VARIANTS) variants.clear();
      variants.set(key, plan);
    }
    return plan;
  }
}
