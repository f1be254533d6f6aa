// Runs plans: the root fields' own, and nodes by key for whoever holds one (node, payloads, subscriptions). Keys that
// siblings ask for in the same tick go into one statement.
import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { NodeType } from '../../domain/words.ts';
import { readHere } from '../as-of.ts';
import type { GraphContext } from '../context.ts';
import { perExecution } from '../per-execution.ts';
import { PlanCache, shapeOf } from './cache.ts';
import type { Operation } from './collect.ts';
import type { ConnectionPlan } from './connection.ts';
import type { NodeTable } from './declare.ts';
import { bindParameters } from './render.ts';
import type { PlannedRow } from './row.ts';
import { compileNodes, compileRoot, type ListPlan, type Plan, type RootRows } from './statement.ts';

export const planCache = new PlanCache<Plan<unknown>>();

/** What one execution of an operation shares. */
interface Execution {
  readonly shape: string;
  readonly loaders: Map<string, DataLoader<string, PlannedRow | null>>;
}

const executionOf = perExecution(
  ({ schema, operation, variableValues }): Execution => ({
    shape: shapeOf(schema, operation, variableValues),
    loaders: new Map(),
  }),
);

/** Where a field stands in the response, list positions aside. */
function placeOf(info: GraphQLResolveInfo): string {
  const keys: string[] = [info.parentType.name];
  for (let path: GraphQLResolveInfo['path'] | undefined = info.path; path; path = path.prev)
    if (typeof path.key === 'string') keys.push(path.key);
  return keys.join('.');
}

const fieldOf = (info: GraphQLResolveInfo) => ({
  nodes: info.fieldNodes,
  definition: info.parentType.getFields()[info.fieldName]!,
});

function cached<Result>(
  context: GraphContext,
  info: GraphQLResolveInfo,
  entry: string,
  compile: (operation: Operation) => Plan<Result>,
): Plan<Result> {
  const key = `${placeOf(info)}|${entry}|${executionOf(info, context).shape}`;
  return planCache.get(info.operation, key, () => compile(info)) as Plan<Result>;
}

async function run<Result>(
  plan: Plan<Result>,
  context: GraphContext,
  info: GraphQLResolveInfo,
  keys: readonly string[],
): Promise<Result> {
  const { statement, decode, prepare } = plan;
  const parameters = bindParameters(statement, context.caller.tenantId, info.variableValues, keys);
  const result = await readHere(context, info, async (read) =>
    read.unsafe(statement.text, parameters as never[], { prepare }).values(),
  );
  return decode(result as unknown as unknown[][]);
}

/** The rows of a list or connection at the root. Throws ValidationError for arguments that cannot be used. */
export function readRoot(
  plan: ConnectionPlan | ListPlan,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<RootRows> {
  const compiled = cached(context, info, plan.kind, (operation) =>
    compileRoot(operation, plan, fieldOf(info)),
  );
  return run(compiled, context, info, []);
}

/** The node with this key, with what the field's selection asks of it; null where the caller has none such. */
export function loadNode(
  node: NodeTable,
  key: string,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<PlannedRow | null> {
  const { loaders } = executionOf(info, context);
  const place = `${placeOf(info)}|${node.type satisfies NodeType}`;
  let loader = loaders.get(place);
  if (!loader) {
    loader = new DataLoader(async (keys) => {
      const plan = cached(context, info, node.type, (operation) =>
        compileNodes(operation, node, fieldOf(info)),
      );
      const found = await run(plan, context, info, keys);
      return keys.map((_, i) => found.get(i) ?? null);
    });
    loaders.set(place, loader);
  }
  return loader.load(key);
}
