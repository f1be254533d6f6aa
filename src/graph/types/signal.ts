import { sql } from 'drizzle-orm';
import { EntityKindEnum, SeverityEnum, SignalKindEnum } from '../enums.ts';
import { rootOf } from '../families.ts';
import { implementNode } from '../node.ts';
import { Asset, Event, Signal, Signature, Source, Tenant } from '../nodes.ts';
import { signalsNewestFirst } from '../orders.ts';
import { provenanceField } from '../provenance-field.ts';
import { rootConnection } from '../root.ts';
import { SignalFilter } from '../signal-filter.ts';

implementNode(Signal, {
  description:
    "A detection on one subject at one time: a spike, a critical rule's match, a model's verdict, silence…",
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose signal it is.', on: () => undefined }),
    kind: t.column('kind', { type: SignalKindEnum, description: 'What was detected.' }),
    source: t.one(Source, {
      nullable: true,
      description: 'The source that reported it, or that it is about.',
      on: (s, source) => sql`${source.sourceId} = ${s.sourceId}`,
    }),
    label: t.column('label', { type: 'String', description: 'Which rule, model or pattern it was.' }),
    score: t.column('score', { type: 'Float', description: 'How strong it is, 0 to 1.' }),
    severity: t.column('severity', { type: SeverityEnum, description: 'How bad it is.' }),
    event: t.one(Event, {
      nullable: true,
      description: 'The event that it is about.',
      on: (s, e) => sql`${e.ts} = ${s.eventTs} and ${e.eventId} = ${s.eventId}`,
    }),
    signature: t.one(Signature, {
      nullable: true,
      description: 'The signature that it is about.',
      on: (s, signature, scope) => sql`${signature.signatureId} = ${rootOf(scope, s.signatureId)}`,
    }),
    asset: t.one(Asset, {
      nullable: true,
      description: 'The asset that it is about.',
      on: (s, a) => sql`${a.assetId} = ${s.assetId}`,
    }),
    entity: t.column('entity', {
      type: 'String',
      nullable: true,
      description: 'The host, user or address that it is about.',
    }),
    entityKind: t.column('entityKind', {
      type: EntityKindEnum,
      nullable: true,
      description: 'Which of these `entity` is.',
    }),
    text: t.column('text', { type: 'String', description: 'What was detected, in a sentence.' }),
    observedAt: t.column('observedAt', { type: 'DateTime', description: 'When it began, in event time.' }),
    endedAt: t.column('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended, in event time; null: at once, or not yet.',
    }),
    detectedAt: t.column('detectedAt', { type: 'DateTime', description: 'When we noticed.' }),
    baseline: t.column('baseline', {
      type: 'Float',
      nullable: true,
      description:
        'For SPIKE: how many events were to be expected in a bucket. For RULE_MATCH: how many the rule asks for. For SILENCE: after how many minutes without an event the quiet was out of the ordinary.',
    }),
    observed: t.column('observed', {
      type: 'Float',
      nullable: true,
      description:
        'For SPIKE: how many there were at its peak. For RULE_MATCH: how many there were in all. For SILENCE: how many minutes it lasted.',
    }),
    recurring: t.column('recurring', {
      type: 'Boolean',
      description: 'Whether the same happens at this time regularly: downgraded, not hidden.',
    }),
    acknowledged: t.column('acknowledged', {
      type: 'Boolean',
      description: 'Whether someone acknowledged it.',
    }),
    acknowledgedAt: t.column('acknowledgedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When that was.',
    }),
    acknowledgedBy: t.column('acknowledgedBy', {
      type: 'String',
      nullable: true,
      description: 'Who did.',
    }),
    notes: t.column('notes', { type: 'String', nullable: true, description: 'What they wrote.' }),
    ...provenanceField(t, 'Signal', (s) => s.signalId),
  }),
});

rootConnection('signals', Signal, {
  description: 'Detections, newest first.',
  filter: SignalFilter,
  orders: [signalsNewestFirst],
});
