import { sql } from 'drizzle-orm';
import { implementNode } from '../node.ts';
import { Asset, Change, Tenant } from '../nodes.ts';
import { changesNewestFirst } from '../orders.ts';
import { rootConnection } from '../root.ts';

implementNode(Change, {
  description: 'Something that people or tools did: a deploy, a configuration change, a restart.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose change it is.', on: () => undefined }),
    kind: t.column('kind', { type: 'String', description: 'What kind of change: deploy, config, restart…' }),
    title: t.column('title', { type: 'String', description: 'The change in a line.' }),
    description: t.column('description', {
      type: 'String',
      nullable: true,
      description: 'What was changed.',
    }),
    author: t.column('author', { type: 'String', description: 'Who did it.' }),
    asset: t.one(Asset, {
      nullable: true,
      description: 'The asset that was changed.',
      on: (c, a) => sql`${a.assetId} = ${c.assetId}`,
    }),
    serviceGroup: t.column('serviceGroup', {
      type: 'String',
      nullable: true,
      description: 'The service group that was changed.',
    }),
    startAt: t.column('startAt', { type: 'DateTime', description: 'When it began.' }),
    endAt: t.column('endAt', { type: 'DateTime', nullable: true, description: 'When it was done.' }),
    metadata: t.column('metadata', { type: 'JSON', nullable: true, description: "The tenant's own data." }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it was recorded.' }),
  }),
});

rootConnection('changes', Change, {
  description: 'Recorded changes, newest first.',
  orders: [changesNewestFirst],
});
