import { EntityKindEnum, SeverityEnum } from '../enums.ts';
import { implementNode } from '../node.ts';
import { Rule, Tenant } from '../nodes.ts';
import { rulesInOrder } from '../orders.ts';
import { rootConnection } from '../root.ts';

implementNode(Rule, {
  description:
    'What the tenant wants to be told of: events that fulfil an expression, so many of them within a window.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose rule it is.', on: () => undefined }),
    name: t.column('name', {
      type: 'String',
      description: 'Unique within the tenant; the label of its signals.',
    }),
    description: t.column('description', { type: 'String', description: 'What it finds, in a sentence.' }),
    expression: t.column('expression', {
      type: 'String',
      description: 'What it asks of an event, in the Common Expression Language; see `upsertRule`.',
    }),
    severity: t.column('severity', {
      type: SeverityEnum,
      nullable: true,
      description: 'The severity of its signals; null: the worst of the events.',
    }),
    count: t.column('count', {
      type: 'Int',
      description: 'How many events within the window make a signal.',
    }),
    windowMinutes: t.column('windowMinutes', { type: 'Int', description: 'The length of the window.' }),
    per: t.computed({
      from: (r) => ({ per: r.per }),
      type: [EntityKindEnum],
      description: 'Whose events are counted together.',
      resolve: ({ per }) => per,
    }),
    position: t.column('position', {
      type: 'Int',
      description:
        'Of the rules that an event fulfils only the first counts: the least position, then the name.',
    }),
    enabled: t.column('enabled', { type: 'Boolean', description: 'Whether it is asked at all.' }),
    lastError: t.column('lastError', {
      type: 'String',
      nullable: true,
      description: 'Why it could not be judged on some event, the last time that happened.',
    }),
    lastErrorAt: t.column('lastErrorAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When that was.',
    }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.column('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

rootConnection('rules', Rule, {
  description: 'The critical rules, in the order in which they are asked.',
  orders: [rulesInOrder],
});
