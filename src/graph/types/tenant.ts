import { implementNode } from '../node.ts';
import { Tenant } from '../nodes.ts';
import { tenantsBySlug } from '../orders.ts';
import { rootConnection } from '../root.ts';

implementNode(Tenant, {
  description: 'Whose memory it is. Nothing of one tenant is visible to another.',
  fields: (t) => ({
    slug: t.column('slug', {
      type: 'String',
      description: 'Its short name, as headers and the CLI take it.',
    }),
    name: t.column('name', { type: 'String', description: 'Its name for people.' }),
    environmentType: t.column('environmentType', {
      type: 'String',
      nullable: true,
      description: 'What it is run for: production, staging…',
    }),
    tags: t.column('tags', { type: ['String'], description: 'Free labels; `owner:…` names whose it is.' }),
    metadata: t.column('metadata', { type: 'JSON', nullable: true, description: "The tenant's own data." }),
    shareSignatures: t.column('shareSignatures', {
      type: 'Boolean',
      description:
        'Whether others that share, too, may learn that what they ask about was seen elsewhere, and it of theirs: from hashes alone, and never of fewer than five. Tenants with the same tag `owner:…` count as one.',
    }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.column('updatedAt', { type: 'DateTime', description: 'When it was last edited.' }),
  }),
});

rootConnection('tenants', Tenant, {
  description: 'The tenants that the caller may see: its own.',
  orders: [tenantsBySlug],
});
