import { sql } from 'drizzle-orm';
import { correlationGroup, groupAsset, groupSignal, groupSignature } from '../../store/tables/detection.ts';
import { GroupTypeEnum, SeverityEnum } from '../enums.ts';
import { rootOf } from '../families.ts';
import { filterInput } from '../filters.ts';
import { implementNode } from '../node.ts';
import { Asset, CorrelationGroup, Signal, Signature, Tenant } from '../nodes.ts';
import { assetsByHostname, groupsNewestFirst, signalsNewestFirst, signaturesByLastSeen } from '../orders.ts';
import { provenanceField } from '../provenance-field.ts';
import { rootConnection } from '../root.ts';

implementNode(CorrelationGroup, {
  description: 'Signals and signatures that belong together in time: evidence for candidates.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose group it is.', on: () => undefined }),
    groupType: t.column('groupType', { type: GroupTypeEnum, description: 'Why they belong together.' }),
    startAt: t.column('startAt', { type: 'DateTime', description: 'Its beginning, in event time.' }),
    endAt: t.column('endAt', { type: 'DateTime', description: 'Its end, in event time.' }),
    entity: t.column('entity', {
      type: 'String',
      nullable: true,
      description: 'The host, user or address that it is about.',
    }),
    severity: t.column('severity', { type: SeverityEnum, description: 'The worst of its events.' }),
    eventCount: t.column('eventCount', { type: 'Int', description: 'How many events it holds.' }),
    metadata: t.column('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'What the correlating rule noted.',
    }),
    assets: t.connection(Asset, {
      description: 'The assets concerned, by name.',
      on: (g, a, scope) =>
        scope.exists(groupAsset, (ga) => sql`${ga.groupId} = ${g.groupId} and ${ga.assetId} = ${a.assetId}`),
      order: assetsByHostname,
    }),
    signatures: t.connection(Signature, {
      description: 'The signatures concerned, last seen first.',
      on: (g, s, scope) =>
        scope.exists(
          groupSignature,
          (gs) => sql`${gs.groupId} = ${g.groupId} and ${gs.signatureId} = ${s.signatureId}`,
        ),
      order: signaturesByLastSeen,
    }),
    signals: t.connection(Signal, {
      description: 'Its signals, newest first.',
      on: (g, s, scope) =>
        scope.exists(
          groupSignal,
          (gs) => sql`${gs.groupId} = ${g.groupId} and ${gs.signalId} = ${s.signalId}`,
        ),
      order: signalsNewestFirst,
    }),
    ...provenanceField(t, 'CorrelationGroup', (g) => g.groupId),
  }),
});

const CorrelationGroupFilter = filterInput(
  'CorrelationGroupFilter',
  correlationGroup,
  'Which groups; all that is given must match.',
  {
    groupTypes: {
      type: [GroupTypeEnum],
      description: 'Of one of these types.',
      where: (g, types) => sql`${g.groupType} = any(${types})`,
    },
    entity: {
      type: 'String',
      description: 'About this host, user or address.',
      where: (g, entity) => sql`${g.entity} = ${entity}`,
    },
    assetId: {
      id: 'Asset',
      description: 'With this asset.',
      where: (g, id, scope) =>
        scope.exists(groupAsset, (ga) => sql`${ga.groupId} = ${g.groupId} and ${ga.assetId} = ${id}`),
    },
    signatureId: {
      id: 'Signature',
      description: 'With this signature.',
      where: (g, id, scope) =>
        scope.exists(
          groupSignature,
          (gs) => sql`${gs.groupId} = ${g.groupId} and ${gs.signatureId} = ${rootOf(scope, id)}`,
        ),
    },
    since: {
      type: 'DateTime',
      description: 'Ended at or after this moment.',
      where: (g, at) => sql`${g.endAt} >= ${at}`,
    },
    until: {
      type: 'DateTime',
      description: 'Began before this moment.',
      where: (g, at) => sql`${g.startAt} < ${at}`,
    },
  },
);

rootConnection('correlationGroups', CorrelationGroup, {
  description: 'Correlation groups, newest first.',
  filter: CorrelationGroupFilter,
  orders: [groupsNewestFirst],
});
