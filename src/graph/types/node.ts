import { ValidationError } from '../../domain/errors.ts';
import { decodeGlobalId } from '../../domain/global-id.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';
import { nodeTables } from '../nodes.ts';
import { refOf } from '../payload.ts';
import { loadNode } from '../plan/execute.ts';

const MAX_IDS = 100;

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    description: 'The node with this id; null where the caller has none such.',
    args: { id: t.arg.id({ required: true, description: 'An id as any node carries it.' }) },
    resolve: (_root, { id }, context, info) => {
      const { type, key } = refOf(id, ['id']);
      return loadNode(nodeTables.get(type)!, key, context, info);
    },
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description: 'The nodes with these ids, in their order; null where the caller has none such.',
    complexity: (args) => ({ field: 1, multiplier: args.ids.length }),
    args: {
      ids: t.arg.idList({ required: true, description: `At most ${MAX_IDS} ids.` }),
    },
    resolve: (_root, { ids }, context, info) => {
      if (ids.length > MAX_IDS)
        throw new ValidationError(`nodes takes at most ${MAX_IDS} ids; ${ids.length} were given.`, ['ids']);
      return ids.map((id) => {
        const ref = decodeGlobalId(id);
        return ref && loadNode(nodeTables.get(ref.type)!, ref.key, context, info);
      });
    },
  }),
);
