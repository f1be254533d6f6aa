// The subscriptions: what changed, since a cursor or from now on, as far as the subscriber's filter lets it through.
import type { FieldMap } from '@pothos/core';
import { encodeGlobalId } from '../../domain/global-id.ts';
import type { NodeType } from '../../domain/words.ts';
import { encodeCursor } from '../../live/cursor.ts';
import type { FeedGap } from '../../live/subscriber.ts';
import { builder, type SchemaTypes } from '../builder.ts';
import { CandidateFilter } from '../candidate-filter.ts';
import type { GraphContext } from '../context.ts';
import { ChangeKindEnum, IncidentChangeReasonEnum } from '../enums.ts';
import { matchingKeys } from '../matching.ts';
import { Candidate, Incident, type NodeTypeRef, Signal } from '../nodes.ts';
import { loadNode } from '../plan/execute.ts';
import type { TenantTable } from '../plan/scope.ts';
import { SignalFilter } from '../signal-filter.ts';
import type { FollowedChange } from '../subscription/follow.ts';
import { candidatesThatMatched, candidateWasJoined } from '../subscription/matched-before.ts';
import { openSubscription } from '../subscription/open.ts';

const Gap = builder.objectRef<FeedGap>('Gap').implement({
  description: 'Changes after `fromCursor` up to `toCursor` can no longer be told.',
  fields: (t) => ({
    fromCursor: t.string({
      description: 'The last change before the gap.',
      resolve: ({ fromSeq }) => encodeCursor(fromSeq),
    }),
    toCursor: t.string({
      description: 'The last change inside the gap: resume after it.',
      resolve: ({ seq }) => encodeCursor(seq),
    }),
    reason: t.exposeString('reason', { description: 'Why, and what to do.' }),
  }),
});

interface ChangeOptions {
  /** Whether the node became part of another, so that its id leads elsewhere. */
  readonly becameAnother?: (key: string, context: GraphContext) => Promise<boolean>;
  readonly more?: (t: PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, FollowedChange>) => FieldMap;
}

/** `<Name>Change`: a change of one node of this type, unless the node became part of another. */
function changeType<Name extends NodeType, T extends TenantTable>(
  node: NodeTypeRef<Name, T>,
  field: string,
  { becameAnother = async () => false, more }: ChangeOptions = {},
) {
  return builder.objectRef<FollowedChange>(`${node.name}Change`).implement({
    description: `A change of one ${field}.`,
    fields: (t) => ({
      ...(more?.(t) ?? {}),
      kind: t.expose('kind', { type: ChangeKindEnum, description: 'What it means to this subscriber.' }),
      cursor: t.string({
        description:
          'Pass the last one received as `after` to resume: nothing is skipped, nothing comes twice.',
        resolve: ({ seq }) => encodeCursor(seq),
      }),
      [`${field}Id`]: t.id({
        nullable: true,
        description: `The id of the ${field}, also where it can no longer be read; null for a GAP.`,
        resolve: ({ key }) => (key === null ? null : encodeGlobalId(node.node.type, key)),
      }),
      [field]: t.field({
        type: node,
        nullable: true,
        description: `The ${field} as it is now; null for a GAP, and where it is gone.`,
        resolve: async ({ kind, key }, _args, context, info) => {
          if (key === null || (kind === 'REMOVED' && (await becameAnother(key, context)))) return null;
          return (await loadNode(node.node as never, key, context, info)) as never;
        },
      }),
      gap: t.field({
        type: Gap,
        nullable: true,
        description: 'What is missing; only for a GAP.',
        resolve: ({ gap }) => gap,
      }),
    }),
  });
}

const incidentReasons: ChangeOptions['more'] = (t) => ({
  reasons: t.field({
    type: [IncidentChangeReasonEnum],
    description: 'Why, oldest first; several where changes that came together are told as one.',
    resolve: ({ reasons }) => reasons,
  }),
});

const AFTER_DESCRIPTION = 'The cursor of the last change received; left out: from now on.';
const nothing = async () => new Set<string>();
const everything = async (keys: readonly string[]) => new Set(keys);

builder.subscriptionField('candidates', (t) =>
  t.field({
    type: changeType(Candidate, 'candidate', { becameAnother: candidateWasJoined }),
    description: 'Candidates that appear, change, or no longer match the filter.',
    args: {
      filter: t.arg({ type: CandidateFilter.input, description: 'Which candidates to follow.' }),
      after: t.arg.string({ description: AFTER_DESCRIPTION }),
    },
    subscribe: (_root, { filter, after }, context) =>
      openSubscription(context, {
        topic: 'candidate',
        after,
        rules: (of) => ({
          matching: (keys) => matchingKeys(Candidate, CandidateFilter, filter, keys, of),
          matchedBefore: (keys) => candidatesThatMatched(filter, keys, of),
        }),
      }),
    resolve: (change) => change,
  }),
);

builder.subscriptionField('signals', (t) =>
  t.field({
    type: changeType(Signal, 'signal'),
    description: 'Signals that appear, change, or no longer match the filter.',
    args: {
      filter: t.arg({ type: SignalFilter.input, description: 'Which signals to follow.' }),
      after: t.arg.string({ description: AFTER_DESCRIPTION }),
    },
    subscribe: (_root, { filter, after }, context) =>
      openSubscription(context, {
        topic: 'signal',
        after,
        rules: (of) => ({
          matching: (keys) => matchingKeys(Signal, SignalFilter, filter, keys, of),
          // Of a signal only the acknowledgement changes.
          matchedBefore: (keys) =>
            filter?.acknowledged == null
              ? nothing()
              : matchingKeys(
                  Signal,
                  SignalFilter,
                  { ...filter, acknowledged: !filter.acknowledged },
                  keys,
                  of,
                ),
        }),
      }),
    resolve: (change) => change,
  }),
);

builder.subscriptionField('incidents', (t) =>
  t.field({
    type: changeType(Incident, 'incident', { more: incidentReasons }),
    description:
      'Incidents that appear or change, each with why: one that comes back after it had become historical says REOPENED.',
    args: { after: t.arg.string({ description: AFTER_DESCRIPTION }) },
    subscribe: (_root, { after }, context) =>
      openSubscription(context, {
        topic: 'incident',
        after,
        rules: () => ({ matching: everything, matchedBefore: nothing }),
      }),
    resolve: (change) => change,
  }),
);
