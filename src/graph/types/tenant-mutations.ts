import { ValidationError } from '../../domain/errors.ts';
import { type TenantUpserted, upsertTenant } from '../../review/upsert-tenant.ts';
import { builder } from '../builder.ts';
import { resultUnion } from '../errors.ts';
import { Tenant } from '../nodes.ts';
import { loadNode } from '../plan/execute.ts';

const TenantPayload = builder.objectRef<TenantUpserted>('TenantPayload').implement({
  description: 'The tenant as it is now.',
  fields: (t) => ({
    tenant: t.field({
      type: Tenant,
      description: 'The tenant.',
      // Read as that tenant itself: nobody else sees it, the caller's own tenant included.
      resolve: ({ tenantId }, _args, context, info) => {
        const itself = { ...context, caller: { ...context.caller, tenantId } };
        return loadNode(Tenant.node as never, String(tenantId), itself, info) as never;
      },
    }),
    created: t.exposeBoolean('created', { description: 'Whether it is new.' }),
  }),
});

const TenantResult = resultUnion('TenantResult', 'What writing a tenant can answer.', TenantPayload, [
  ValidationError,
]);

const UpsertTenantInput = builder.inputType('UpsertTenantInput', {
  description: 'A tenant, found by its slug; what is left out stays.',
  fields: (t) => ({
    slug: t.string({ required: true, description: 'Its short name: 1 to 63 of a-z, 0-9, "-" and "_".' }),
    name: t.string({ description: 'Its name for people; default of a new one: its slug.' }),
    environmentType: t.string({ description: 'What it is run for: production, staging…' }),
    tags: t.stringList({
      description:
        'Free labels; replaces the old list. Tenants that belong together carry the same `owner:…`: then they count as one where others are told of what was seen elsewhere.',
    }),
    metadata: t.field({ type: 'JSON', description: 'Any JSON object; replaces the old one.' }),
    shareSignatures: t.boolean({
      description: 'Whether others may learn, from keys alone, that its signatures were seen elsewhere.',
    }),
  }),
});

builder.mutationField('upsertTenant', (t) =>
  t.field({
    type: TenantResult,
    description: 'Describes a tenant; makes it where there is none of this slug.',
    args: { input: t.arg({ type: UpsertTenantInput, required: true, description: 'The tenant.' }) },
    resolve: (_root, { input }, { services, caller }) => upsertTenant({ ...services, caller }, input),
  }),
);
