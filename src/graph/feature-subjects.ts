import { NotFoundError } from '../domain/errors.ts';
import type { EntityKind } from '../domain/words.ts';
import type { GraphContext } from './context.ts';
import { keyOf } from './filters.ts';
import type { SeriesWindow } from './series.ts';

export interface FeatureSubject {
  readonly kind: EntityKind;
  readonly entity: string;
}

export const MAX_SERIES = 20;

interface Asked {
  readonly entity?: string | null | undefined;
  readonly entityKind?: EntityKind | null | undefined;
  readonly assetId?: string | null | undefined;
}

/** Whom a feature is asked of, all of one kind: the one named, else the busiest in the window. Throws NotFoundError. */
export async function subjectsOf(
  context: GraphContext,
  { entity, entityKind, assetId }: Asked,
  window: SeriesWindow,
): Promise<FeatureSubject[]> {
  const path = ['input', assetId == null ? 'entity' : 'assetId'];
  if (assetId != null) {
    const host = await hostOf(context, keyOf('Asset', assetId, path));
    if (host !== null && (entity == null || entity === host)) return [{ kind: 'HOST', entity: host }];
    throw new NotFoundError('There is no such host. `assets` lists those that events came from.', path);
  }
  if (entity == null) return busiest(context, entityKind ?? 'HOST', window);
  const kind = await kindOf(context, entity, entityKind ?? null);
  if (kind !== null) return [{ kind, entity }];
  throw new NotFoundError(
    `No event names "${entity.slice(0, 100)}" as a host, user or address. Ask without it for the busiest.`,
    path,
  );
}

async function hostOf({ services, caller }: GraphContext, assetId: string): Promise<string | null> {
  const [row] = await services.store.read<{ hostname: string }[]>`
    select hostname from asset where tenant_id = ${caller.tenantId} and asset_id = ${assetId}::bigint`;
  return row?.hostname ?? null;
}

/** What the name is known as; a host before a user, a user before an address. */
async function kindOf(
  { services, caller }: GraphContext,
  entity: string,
  asked: EntityKind | null,
): Promise<EntityKind | null> {
  const [row] = await services.store.read<{ kind: EntityKind }[]>`
    select k.kind from unnest(array['HOST', 'USER', 'SRC_IP']) with ordinality as k(kind, rank)
     where (${asked}::text is null or k.kind = ${asked}::text)
       and (exists (select 1 from entity_bucket e
                     where e.tenant_id = ${caller.tenantId} and e.entity_kind = k.kind and e.entity = ${entity})
            or k.kind = 'HOST' and exists (
                    select 1 from asset a where a.tenant_id = ${caller.tenantId} and a.hostname = ${entity}))
     order by k.rank limit 1`;
  return row?.kind ?? null;
}

async function busiest(
  { services, caller }: GraphContext,
  kind: EntityKind,
  window: SeriesWindow,
): Promise<FeatureSubject[]> {
  const rows = await services.store.read<{ entity: string }[]>`
    select entity from entity_bucket
     where tenant_id = ${caller.tenantId} and entity_kind = ${kind}
       and minute >= ${window.from} and minute < ${window.to}
     group by entity order by sum(n) desc, entity limit ${MAX_SERIES}`;
  return rows.map(({ entity }) => ({ kind, entity }));
}
