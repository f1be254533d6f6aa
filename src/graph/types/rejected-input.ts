import { sql } from 'drizzle-orm';
import { rejectedInput } from '../../store/tables/source.ts';
import { ErrorCodeEnum } from '../enums.ts';
import { filterInput } from '../filters.ts';
import { implementNode } from '../node.ts';
import { RejectedInput, Source } from '../nodes.ts';
import { rejectedNewestFirst } from '../orders.ts';
import { rootConnection } from '../root.ts';

implementNode(RejectedInput, {
  description: 'An input that could not be stored as an event: kept whole, with the reason, to be replayed.',
  fields: (t) => ({
    source: t.one(Source, {
      nullable: true,
      description: 'The source that sent it.',
      on: (r, s) => sql`${s.sourceId} = ${r.sourceId}`,
    }),
    index: t.column('index', {
      type: 'Int',
      nullable: true,
      description: 'Its position in its batch, counted from 0.',
    }),
    batchKey: t.column('batchKey', {
      type: 'String',
      nullable: true,
      description: 'The batch it came with.',
    }),
    reason: t.column('reason', { type: 'String', description: 'What is wrong and what to do.' }),
    code: t.column('code', { type: ErrorCodeEnum, description: 'The kind of error.' }),
    payload: t.column('payload', { type: 'String', description: 'The input as received.' }),
    attempts: t.column('attempts', { type: 'Int', description: 'How often it was replayed in vain.' }),
    receivedAt: t.column('receivedAt', { type: 'DateTime', description: 'When it came in.' }),
    replayedAt: t.column('replayedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a replay stored it; null: it still waits.',
    }),
  }),
});

const RejectedInputFilter = filterInput(
  'RejectedInputFilter',
  rejectedInput,
  'Which rejected inputs; all that is given must match.',
  {
    sourceId: {
      id: 'Source',
      description: 'From this source.',
      where: (r, id) => sql`${r.sourceId} = ${id}`,
    },
    codes: {
      type: [ErrorCodeEnum],
      description: 'Rejected for one of these kinds of error.',
      where: (r, codes) => sql`${r.code} = any(${codes})`,
    },
    replayed: {
      type: 'Boolean',
      description: 'true: stored by a replay since; false: still waiting.',
      where: (r, replayed) => sql`(${r.replayedAt} is not null) = ${replayed}`,
    },
    since: {
      type: 'DateTime',
      description: 'Received at or after this moment.',
      where: (r, at) => sql`${r.receivedAt} >= ${at}`,
    },
    until: {
      type: 'DateTime',
      description: 'Received before this moment.',
      where: (r, at) => sql`${r.receivedAt} < ${at}`,
    },
  },
);

rootConnection('rejectedInputs', RejectedInput, {
  description: 'Inputs that could not be stored, newest first.',
  filter: RejectedInputFilter,
  orders: [rejectedNewestFirst],
});
