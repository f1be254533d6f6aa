import { sql } from 'drizzle-orm';
import { asset } from '../../store/tables/asset.ts';
import { candidateAsset } from '../../store/tables/candidate.ts';
import { CandidateFilter } from '../candidate-filter.ts';
import { EVENT_COUNT_LIMIT, EventFilter } from '../event-filter.ts';
import { filterInput } from '../filters.ts';
import { implementNode } from '../node.ts';
import { Asset, Candidate, Event, Tenant } from '../nodes.ts';
import { assetsByHostname, candidatesByLastSeen, eventsNewestFirst } from '../orders.ts';
import { rootConnection } from '../root.ts';

implementNode(Asset, {
  description: 'A host, device or service that events come from.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose asset it is.', on: () => undefined }),
    hostname: t.column('hostname', { type: 'String', description: 'Its name, as events carry it.' }),
    assetType: t.column('assetType', {
      type: 'String',
      nullable: true,
      description: 'What it is: server, switch, firewall…',
    }),
    serviceGroup: t.column('serviceGroup', {
      type: 'String',
      nullable: true,
      description: 'The assets that serve one purpose share it.',
    }),
    ipAddresses: t.column('ipAddresses', { type: ['String'], description: 'Its addresses.' }),
    platform: t.column('platform', {
      type: 'String',
      nullable: true,
      description: 'Its operating system or firmware.',
    }),
    tags: t.column('tags', { type: ['String'], description: 'Free labels.' }),
    metadata: t.column('metadata', { type: 'JSON', nullable: true, description: "The tenant's own data." }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When we first met it.' }),
    updatedAt: t.column('updatedAt', { type: 'DateTime', description: 'When it was last edited.' }),
    events: t.connection(Event, {
      description: 'Its events, newest first.',
      on: (a, e) => sql`${e.assetId} = ${a.assetId}`,
      order: eventsNewestFirst,
      filter: EventFilter,
      countLimit: EVENT_COUNT_LIMIT,
    }),
    candidates: t.connection(Candidate, {
      description: 'Candidates that name it as affected, last seen first.',
      on: (a, c, scope) =>
        scope.exists(
          candidateAsset,
          (ca) => sql`${ca.candidateId} = ${c.candidateId} and ${ca.assetId} = ${a.assetId}`,
        ),
      order: candidatesByLastSeen,
      filter: CandidateFilter,
    }),
  }),
});

const AssetFilter = filterInput('AssetFilter', asset, 'Which assets; all that is given must match.', {
  hostname: { type: 'String', description: 'Exactly this name.', where: (a, v) => sql`${a.hostname} = ${v}` },
  assetType: { type: 'String', description: 'Of this type.', where: (a, v) => sql`${a.assetType} = ${v}` },
  serviceGroup: {
    type: 'String',
    description: 'In this service group.',
    where: (a, v) => sql`${a.serviceGroup} = ${v}`,
  },
  tag: { type: 'String', description: 'Bears this label.', where: (a, v) => sql`${v} = any(${a.tags})` },
  text: {
    type: 'String',
    description: 'The name holds this text, letter case aside.',
    where: (a, v) => sql`strpos(lower(${a.hostname}), lower(${v})) > 0`,
  },
});

rootConnection('assets', Asset, {
  description: 'Hosts, devices and services that events came from, by name.',
  filter: AssetFilter,
  orders: [assetsByHostname],
});
