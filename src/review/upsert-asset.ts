import { sql } from 'drizzle-orm';
import { asset } from '../store/tables/asset.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, optionalJsonObject, requiredText, textList } from './checked-text.ts';
import { inTransaction } from './verb-steps.ts';

/** Found by its hostname; absent or null leaves a field as it is. */
export interface UpsertAssetInput {
  readonly hostname: string;
  readonly assetType?: string | null | undefined;
  readonly serviceGroup?: string | null | undefined;
  readonly ipAddresses?: readonly string[] | null | undefined;
  readonly platform?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly metadata?: unknown;
}

export interface AssetUpserted {
  readonly assetId: string;
  readonly created: boolean;
}

/** Throws ValidationError. */
export async function upsertAsset(ctx: VerbContext, input: UpsertAssetInput): Promise<AssetUpserted> {
  const hostname = requiredText('hostname', input.hostname);
  const given = {
    assetType: givenText('assetType', input.assetType),
    serviceGroup: givenText('serviceGroup', input.serviceGroup),
    ipAddresses: input.ipAddresses ? textList('ipAddress', 'ipAddresses', input.ipAddresses) : null,
    platform: givenText('platform', input.platform),
    tags: input.tags ? textList('tag', 'tags', input.tags) : null,
    metadata: optionalJsonObject('metadata', input.metadata),
  };
  const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const [row] = await tx
      .insert(asset)
      .values({ tenantId, hostname, ...changes })
      .onConflictDoUpdate({
        target: [asset.tenantId, asset.hostname],
        set: { ...changes, updatedAt: sql`clock_timestamp()` },
      })
      .returning({ assetId: asset.assetId, created: sql<boolean>`xmax = 0` });
    return row!;
  });
}
