// `asOf` of a root field holds for all that is read below it, however deep and whenever it is read.
import type { GraphQLResolveInfo } from 'graphql';
import type postgres from 'postgres';
import type { Micros } from '../domain/time.ts';
import { readAsOf } from '../store/as-of/read-as-of.ts';
import { builder } from './builder.ts';
import type { GraphContext } from './context.ts';
import { perExecution } from './per-execution.ts';

const momentsByRoot = perExecution(() => new Map<string, Micros>());

function rootKeyOf(info: GraphQLResolveInfo): string {
  let path = info.path;
  while (path.prev) path = path.prev;
  return String(path.key);
}

export const asOfArgument = () =>
  builder.args((t) => ({
    asOf: t.field({
      type: 'DateTime',
      description:
        'Answers from what was known at this moment, with all that is selected below: what was received, judged and written later is left out. Default: now.',
    }),
  }));

/** Call it in a root field's resolver, before anything is read. */
export function setAsOf(
  context: GraphContext,
  info: GraphQLResolveInfo,
  asOfUs: Micros | null | undefined,
): void {
  if (asOfUs != null) momentsByRoot(info, context).set(rootKeyOf(info), asOfUs);
}

/** null: now. */
export const asOfHere = (context: GraphContext, info: GraphQLResolveInfo): Micros | null =>
  momentsByRoot(info, context).get(rootKeyOf(info)) ?? null;

/** Reads as of the moment that holds where the field stands. */
export function readHere<T>(
  context: GraphContext,
  info: GraphQLResolveInfo,
  work: (read: postgres.Sql) => Promise<T>,
): Promise<T> {
  const { read } = context.services.store;
  const asOfUs = asOfHere(context, info);
  return asOfUs === null ? work(read) : readAsOf(read, asOfUs, work);
}
