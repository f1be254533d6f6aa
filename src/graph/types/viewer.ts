import type { Caller } from '../../domain/caller.ts';
import { builder } from '../builder.ts';
import { limits } from '../limits.ts';
import { Tenant } from '../nodes.ts';
import { loadedOrNull } from '../payload.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../plan/page.ts';

const ViewerRole = builder.enumType('ViewerRole', {
  description: 'What a caller may do.',
  values: { ADMIN: { description: 'Everything within its tenant.' } },
});

const ViewerLimits = builder.objectRef<typeof limits>('ViewerLimits').implement({
  description: 'What one request may ask for.',
  fields: (t) => ({
    defaultPageSize: t.int({
      description: 'Rows of a page when neither first nor last is given.',
      resolve: () => DEFAULT_PAGE_SIZE,
    }),
    maxPageSize: t.int({
      description: 'The most that first or last may ask for.',
      resolve: () => MAX_PAGE_SIZE,
    }),
    maxDepth: t.exposeInt('depth', { description: 'Levels of a selection.' }),
    maxComplexity: t.exposeInt('complexity', { description: 'Values that a selection could return.' }),
    maxAliases: t.exposeInt('aliases', { description: 'Aliases in one document.' }),
    maxRootFields: t.exposeInt('rootFields', { description: 'Root fields of one operation.' }),
    maxTokens: t.exposeInt('tokens', { description: 'Lexical tokens of one document.' }),
  }),
});

const Viewer = builder.objectRef<Caller>('Viewer').implement({
  description: 'The caller: for which tenant it acts, and what it may do.',
  fields: (t) => ({
    tenant: loadedOrNull(t, Tenant, {
      description: 'Its tenant; null until the first write makes it.',
      key: ({ tenantId }) => (tenantId === 0 ? null : String(tenantId)),
    }),
    tenantSlug: t.exposeString('tenantSlug', { description: "The tenant's short name, existing or not." }),
    actor: t.exposeString('actor', { description: 'Under which name it reviews and edits.' }),
    role: t.field({ type: ViewerRole, description: 'What it may do.', resolve: () => 'ADMIN' as const }),
    limits: t.field({
      type: ViewerLimits,
      description: 'What one request may ask for.',
      resolve: () => limits,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({ type: Viewer, description: 'Who is asking.', resolve: (_root, _args, { caller }) => caller }),
);
