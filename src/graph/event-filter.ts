import { type SQL, sql } from 'drizzle-orm';
import { event } from '../store/tables/event.ts';
import { origin } from '../store/tables/source.ts';
import { SeverityEnum, SourceTypeEnum } from './enums.ts';
import { withMembers } from './families.ts';
import { filterInput } from './filters.ts';
import type { TenantScope } from './plan/scope.ts';

/** Beyond it, `totalCount` of events is null. */
export const EVENT_COUNT_LIMIT = 10_000;

const originIs =
  (column: 'host' | 'service' | 'sourceType') =>
  (e: typeof event, value: SQL, scope: TenantScope): SQL =>
    sql`${e.originId} in ${scope.select(
      origin,
      (o) => o.originId,
      (o) => sql`${o[column]} = ${value}`,
    )}`;

export const EventFilter = filterInput('EventFilter', event, 'Which events; all that is given must match.', {
  signatureId: {
    id: 'Signature',
    description: 'Of this signature, or of one that was merged into it.',
    where: (e, id, scope) =>
      sql`${e.signatureId} in ${withMembers(scope, () => sql`(select ${id}::bigint)`)}`,
  },
  assetId: { id: 'Asset', description: 'From this asset.', where: (e, id) => sql`${e.assetId} = ${id}` },
  host: {
    type: 'String',
    description: 'From this host, as the events name it.',
    where: originIs('host'),
  },
  service: {
    type: 'String',
    description: 'From this program or service.',
    where: originIs('service'),
  },
  minSeverity: {
    type: SeverityEnum,
    description: 'At least this bad.',
    where: (e, rank) => sql`${e.severity} >= ${rank}`,
  },
  sourceType: {
    type: SourceTypeEnum,
    description: 'From this kind of sender.',
    where: originIs('sourceType'),
  },
  since: {
    type: 'DateTime',
    description: 'Not before this moment.',
    where: (e, at) => sql`${e.ts} >= ${at}`,
  },
  until: { type: 'DateTime', description: 'Before this moment.', where: (e, at) => sql`${e.ts} < ${at}` },
  text: {
    type: 'String',
    description: 'Holds this text, letter case aside. Reads every event in the time range: give one.',
    where: (e, text) => sql`strpos(lower(${e.messageRaw}), lower(${text})) > 0`,
  },
});
