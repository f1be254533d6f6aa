import { sql } from 'drizzle-orm';
import { type Moved, NOTHING_MOVED } from '../../domain/bindings.ts';
import { partLabel } from '../../signature/parting.ts';
import { signature } from '../../store/tables/signature.ts';
import { builder } from '../builder.ts';
import { BindingKindEnum } from '../enums.ts';
import { implementNode } from '../node.ts';
import { Signature, SignatureBinding, Tenant } from '../nodes.ts';
import { bindingsNewestFirst } from '../orders.ts';
import type { TenantScope } from '../plan/scope.ts';
import { rootConnection } from '../root.ts';

export const SignatureMove = builder.objectRef<Moved>('SignatureMove').implement({
  description: 'What a decision about signatures moved from one to another.',
  fields: (t) => ({
    events: t.expose('events', { type: 'SafeInt', description: 'Events counted for another signature.' }),
    candidates: t.exposeInt('candidates', { description: 'Candidates that went along.' }),
    incidents: t.exposeInt('incidents', { description: 'Incidents whose signatures changed.' }),
  }),
});

/** `(select …)`: the signature that the one with this key is counted for now. */
const rootOfKey = (scope: TenantScope, key: unknown) =>
  scope.select(
    signature,
    (own) => sql`coalesce(${own.mergedIntoId}, ${own.signatureId})`,
    (own) => sql`${own.key} = ${key}`,
  );

implementNode(SignatureBinding, {
  description:
    'What a person decided about signatures, and every process obeys until it is undone: an entry of the journal.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose decision it is.', on: () => undefined }),
    kind: t.column('kind', { type: BindingKindEnum, description: 'Together, or apart.' }),
    by: t.computed({
      from: (b) => ({ detail: b.detail }),
      type: 'String',
      nullable: true,
      description: 'By what it came apart, in short; null where signatures were joined.',
      resolve: ({ detail }) => (detail?.parting == null ? null : partLabel(detail.parting)),
    }),
    signature: t.one(Signature, {
      nullable: true,
      description: 'The signature that was named first, as it is counted now.',
      on: (b, s, scope) => sql`${s.signatureId} = ${rootOfKey(scope, b.key)}`,
    }),
    other: t.one(Signature, {
      nullable: true,
      description: 'What was joined with it, or came apart from it, as it is counted now.',
      on: (b, s, scope) => sql`${s.signatureId} = ${rootOfKey(scope, b.otherKey)}`,
    }),
    author: t.column('author', { type: 'String', description: 'Who decided.' }),
    reason: t.column('reason', { type: 'String', nullable: true, description: 'Why.' }),
    moved: t.computed({
      from: (b) => ({ moved: b.moved }),
      type: SignatureMove,
      description: 'What it moved when it was decided.',
      resolve: ({ moved }) => moved ?? NOTHING_MOVED,
    }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it was decided.' }),
    undoneAt: t.column('undoneAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was undone; null: it holds.',
    }),
    undoneBy: t.column('undoneBy', { type: 'String', nullable: true, description: 'Who undid it.' }),
  }),
});

rootConnection('signatureBindings', SignatureBinding, {
  description: 'What people decided about signatures, newest first; what was undone stays.',
  orders: [bindingsNewestFirst],
});
