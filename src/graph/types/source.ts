import { sql } from 'drizzle-orm';
import { parseMicros, US_PER_MINUTE, US_PER_SECOND } from '../../domain/time.ts';
import type { SourceState } from '../../domain/words.ts';
import { SourceStateEnum } from '../enums.ts';
import { implementNode } from '../node.ts';
import { Source, Tenant } from '../nodes.ts';
import { sourcesByName } from '../orders.ts';
import { rootList } from '../root.ts';

const SILENT_AFTER_US = 10 * US_PER_MINUTE;

interface SourceHealth {
  readonly enabled: boolean;
  readonly lastReceivedAt: string | null;
  readonly lastErrorAt: string | null;
}

const usOf = (at: string | null): number => (at === null ? Number.NEGATIVE_INFINITY : parseMicros(at)!);

export function sourceState(health: SourceHealth, nowUs: number): SourceState {
  const receivedUs = usOf(health.lastReceivedAt);
  if (!health.enabled) return 'DISABLED';
  if (usOf(health.lastErrorAt) > receivedUs) return 'FAILING';
  return nowUs - receivedUs > SILENT_AFTER_US ? 'SILENT' : 'LIVE';
}

implementNode(Source, {
  description: 'A connector instance: one way by which events come in.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose source it is.', on: () => undefined }),
    name: t.column('name', { type: 'String', description: 'Its name, unique within the tenant.' }),
    connector: t.column('connector', { type: 'String', description: 'By which connector it comes in.' }),
    state: t.computed({
      from: (s) => ({ enabled: s.enabled, lastReceivedAt: s.lastReceivedAt, lastErrorAt: s.lastErrorAt }),
      type: SourceStateEnum,
      description: 'How it is doing.',
      resolve: (health, _args, { services }) => sourceState(health, services.clock.nowUs()),
    }),
    lagSeconds: t.computed({
      from: (s) => ({ eventAt: s.lastEventAt, receivedAt: s.lastReceivedAt }),
      type: 'Float',
      nullable: true,
      description: 'By how much its newest event was older than its receipt; null before the first event.',
      resolve: ({ eventAt, receivedAt }) =>
        eventAt === null || receivedAt === null
          ? null
          : Math.max(0, usOf(receivedAt) - usOf(eventAt)) / US_PER_SECOND,
    }),
    received: t.column('received', { type: 'SafeInt', description: 'Inputs received.' }),
    rejected: t.column('rejected', { type: 'SafeInt', description: 'Inputs rejected, and kept.' }),
    lost: t.computed({
      from: (s) => ({
        lost: sql<number>`(select coalesce(sum(g.lost), 0)::float8 from source_gap g
        where g.tenant_id = ${s.tenantId} and g.source_id = ${s.sourceId})`,
      }),
      type: 'SafeInt',
      description:
        'Inputs that came and could not be kept, as far as anybody counted them: see lastError for why.',
      resolve: ({ lost }) => Number(lost),
    }),
    lastEventAt: t.column('lastEventAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of its newest event.',
    }),
    config: t.column('config', {
      type: 'JSON',
      nullable: true,
      description: 'How it was configured, without its secret; null: it came into being by being sent to.',
    }),
    hasSecret: t.computed({
      from: (s) => ({ has: sql<boolean>`(${s.secretHash} is not null or ${s.credential} is not null)` }),
      type: 'Boolean',
      description: 'Whether it has a secret; no query tells which.',
      resolve: ({ has }) => has as boolean,
    }),
    lastReceivedAt: t.column('lastReceivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When something last came in.',
    }),
    lastError: t.column('lastError', {
      type: 'String',
      nullable: true,
      description: 'What went wrong last.',
    }),
    lastErrorAt: t.column('lastErrorAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When that was.',
    }),
  }),
});

rootList('sources', Source, {
  description: 'The connector instances of the tenant, by name.',
  order: sourcesByName,
});
