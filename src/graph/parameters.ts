// Signature.parameters: what the wildcards stood for in the latest events, for a whole list in one statement.
import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { parseLine } from '../parse/parse-line.ts';
import { parametersIn } from '../signature/family-parameters.ts';
import type { ParameterKind } from '../signature/parameters.ts';
import { EventFlag } from '../store/tables/event.ts';
import { builder } from './builder.ts';
import type { GraphContext } from './context.ts';
import { perExecution } from './per-execution.ts';

export const PARAMETER_EVENTS = 1_000;
const TOP_VALUES = 5;

interface ValueCount {
  readonly value: string;
  readonly count: number;
}

export interface ParameterSummary {
  readonly index: number;
  readonly kind: ParameterKind;
  readonly distinctValues: number;
  readonly topValues: readonly ValueCount[];
}

const ParameterValue = builder.objectRef<ValueCount>('ParameterValue').implement({
  description: 'A value behind a `<*>`, and how often it was seen.',
  fields: (t) => ({
    value: t.exposeString('value', { description: 'The value as it stood in the message.' }),
    count: t.exposeInt('count', { description: 'In how many of the events looked at.' }),
  }),
});

export const SignatureParameter = builder.objectRef<ParameterSummary>('SignatureParameter').implement({
  description: `What one \`<*>\` of a signature stood for in its latest ${PARAMETER_EVENTS.toLocaleString('en')} events.`,
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Which `<*>` of the pattern, counted from 0.' }),
    kind: t.exposeString('kind', {
      description: 'Its most frequent kind: ip, number, duration, path, uuid, hex, user, host, time or text.',
    }),
    distinctValues: t.exposeInt('distinctValues', { description: 'How many different values.' }),
    topValues: t.field({
      type: [ParameterValue],
      description: `The ${TOP_VALUES} most frequent values.`,
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
  const rows = await services.store.read<{ id: string; raw: string; flags: number; family: string | null }[]>`
    select wanted.id, e.message_raw as raw, e.flags, family.pattern as family
      from unnest(${[...signatureIds]}::bigint[]) as wanted(id)
      left join lateral (
        select s.pattern from signature s
         where s.tenant_id = ${caller.tenantId} and s.signature_id = wanted.id
           and exists (select 1 from signature m where m.tenant_id = s.tenant_id and m.merged_into_id = s.signature_id)
      ) family on true
     cross join lateral (
       select own.message_raw, own.flags
         from (select wanted.id
               union all
               select signature_id from signature where tenant_id = ${caller.tenantId} and merged_into_id = wanted.id) m
        cross join lateral (
          select ts, message_raw, flags from event
           where tenant_id = ${caller.tenantId} and signature_id = m.id
           order by ts desc limit ${PARAMETER_EVENTS}) own
        order by own.ts desc limit ${PARAMETER_EVENTS}) e`;
  const tallies = new Map(signatureIds.map((id) => [id, new Map<number, Tally>()]));
  for (const { id, raw, flags, family } of rows) {
    const message = flags & EventFlag.STRUCTURED ? raw : parseLine(raw, { referenceUs: 0 }).message;
    for (const { index, kind, value } of parametersIn(message, family)) {
      const wildcards = tallies.get(id)!;
      const tally = wildcards.get(index) ?? { kinds: new Map(), values: new Map() };
      wildcards.set(index, tally);
      count(tally.kinds, kind);
      count(tally.values, value);
    }
  }
  return signatureIds.map((id) => summarise(tallies.get(id)!));
}

interface Tally {
  readonly kinds: Map<ParameterKind, number>;
  readonly values: Map<string, number>;
}

const count = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** Most frequent first; equals by their text, so that the answer is stable. */
const ranked = <K extends string>(counts: ReadonlyMap<K, number>): [K, number][] =>
  [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));

const summarise = (wildcards: ReadonlyMap<number, Tally>): ParameterSummary[] =>
  [...wildcards]
    .sort(([a], [b]) => a - b)
    .map(([index, { kinds, values }]) => ({
      index,
      kind: ranked(kinds)[0]![0],
      distinctValues: values.size,
      topValues: ranked(values)
        .slice(0, TOP_VALUES)
        .map(([value, n]) => ({ value, count: n })),
    }));
