// Signature.parameters: what the wildcards stood for, for a whole list in one statement.
import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { eachInTurns } from '../domain/turns.ts';
import { parseLine } from '../parse/parse-line.ts';
import { parametersIn } from '../signature/family-parameters.ts';
import type { ParameterKind } from '../signature/parameters.ts';
import { type ValueCount, ValueTally } from '../signature/value-tally.ts';
import { EventFlag } from '../store/tables/event.ts';
import { builder } from './builder.ts';
import type { GraphContext } from './context.ts';
import {
  PARAMETER_EVENTS,
  type ParameterEvent,
  readParameterEvents,
  type SignatureEvents,
} from './parameter-events.ts';
import { perExecution } from './per-execution.ts';

const TOP_VALUES = 5;
const INT_MAX = 2 ** 31 - 1;

export interface ParameterSummary {
  readonly index: number;
  readonly kind: ParameterKind;
  readonly eventsRead: number;
  readonly isSample: boolean;
  readonly distinctValues: number;
  readonly topValues: readonly ValueCount[];
}

const ParameterValue = builder.objectRef<ValueCount>('ParameterValue').implement({
  description: 'A value behind a `<*>`, and how often it was seen.',
  fields: (t) => ({
    value: t.exposeString('value', { description: 'The value as it stood in the message.' }),
    count: t.exposeInt('count', { description: 'In how many of the events read.' }),
  }),
});

export const SignatureParameter = builder.objectRef<ParameterSummary>('SignatureParameter').implement({
  description: 'What one `<*>` of a signature stood for.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Which `<*>` of the pattern, counted from 0.' }),
    kind: t.exposeString('kind', {
      description: 'Its most frequent kind: ip, number, duration, path, uuid, hex, user, host, time or text.',
    }),
    eventsRead: t.exposeInt('eventsRead', {
      description: `In how many events it was read: all that are kept, up to ${PARAMETER_EVENTS.toLocaleString('en')}.`,
    }),
    isSample: t.exposeBoolean('isSample', {
      description:
        'Whether the signature has more events than are read. Then they are an even sample of all that are kept, drawn by a hash of their ids: the same whatever order they came in.',
    }),
    distinctValues: t.exposeInt('distinctValues', {
      description:
        'How many different values: exact, or of a sample an estimate for all that was ever counted (Chao 1984), rather too low than too high.',
    }),
    topValues: t.field({
      type: [ParameterValue],
      description: `The ${TOP_VALUES} most frequent values of those read.`,
      resolve: ({ topValues }) => [...topValues],
    }),
  }),
});

const loaderOf = perExecution(
  (_, context) => new DataLoader((ids: readonly string[]) => summariesOf(context, ids)),
);

export const loadParameters = (
  context: GraphContext,
  signatureId: string,
  info: GraphQLResolveInfo,
): Promise<ParameterSummary[]> => loaderOf(info, context).load(signatureId);

async function summariesOf(
  { services, caller }: GraphContext,
  signatureIds: readonly string[],
): Promise<ParameterSummary[][]> {
  const found = await readParameterEvents(services.store.read, caller.tenantId, signatureIds);
  const tallies = new Map([...found.keys()].map((id) => [id, new Map<number, ValueTally>()]));
  await eachInTurns(
    [...found.values()].flatMap(({ events }) => events),
    (event) => tally(event, found.get(event.id)!.family, tallies.get(event.id)!),
  );
  return signatureIds.map((id) => {
    const signature = found.get(id);
    return signature ? summarise(signature, tallies.get(id)!) : [];
  });
}

function tally(
  { raw, flags }: ParameterEvent,
  family: string | null,
  wildcards: Map<number, ValueTally>,
): void {
  const message = flags & EventFlag.STRUCTURED ? raw : parseLine(raw, { referenceUs: 0 }).message;
  for (const { index, kind, value } of parametersIn(message, family)) {
    const values = wildcards.get(index) ?? new ValueTally();
    wildcards.set(index, values);
    values.add(kind, value);
  }
}

function summarise(
  { events, isAll, occurrences }: SignatureEvents,
  wildcards: ReadonlyMap<number, ValueTally>,
): ParameterSummary[] {
  const share = isAll ? 1 : Math.min(1, events.length / occurrences);
  return [...wildcards]
    .sort(([a], [b]) => a - b)
    .map(([index, values]) => ({
      index,
      kind: values.kind,
      eventsRead: values.count,
      isSample: !isAll,
      distinctValues: Math.min(INT_MAX, values.distinct(share)),
      topValues: values.top(TOP_VALUES),
    }));
}
