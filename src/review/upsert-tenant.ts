import { sql } from 'drizzle-orm';
import { ValidationError } from '../domain/errors.ts';
import { seedRules } from '../store/rules.ts';
import { tenant } from '../store/tables/tenant.ts';
import { checkTenantSlug } from '../store/tenants.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, optionalJsonObject, textList } from './checked-text.ts';
import { inTransaction } from './verb-steps.ts';

/** Found by its slug; absent or null leaves a field as it is. */
export interface UpsertTenantInput {
  readonly slug: string;
  /** Default of a new one: its slug. */
  readonly name?: string | null | undefined;
  readonly environmentType?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly metadata?: unknown;
  /** Whether others may learn that its signatures were seen elsewhere, from keys alone. */
  readonly shareSignatures?: boolean | null | undefined;
}

export interface TenantUpserted {
  readonly tenantId: number;
  readonly created: boolean;
}

/** Who may name which tenant is decided before. Throws ValidationError. */
export async function upsertTenant(ctx: VerbContext, input: UpsertTenantInput): Promise<TenantUpserted> {
  const slug = slugOf(input.slug);
  const given = {
    name: givenText('name', input.name),
    environmentType: givenText('environmentType', input.environmentType),
    tags: input.tags ? textList('tag', 'tags', input.tags) : null,
    metadata: optionalJsonObject('metadata', input.metadata),
    shareSignatures: input.shareSignatures ?? null,
  };
  const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const upserted = await inTransaction(ctx, async (tx) => {
    const [row] = await tx
      .insert(tenant)
      .values({ name: slug, ...changes, slug })
      .onConflictDoUpdate({
        target: tenant.slug,
        set: { ...changes, updatedAt: sql`clock_timestamp()` },
      })
      .returning({ tenantId: tenant.tenantId, created: sql<boolean>`xmax = 0` });
    return row!;
  });
  await seedRules(ctx.store.writePool, upserted.tenantId);
  return upserted;
}

function slugOf(slug: string): string {
  try {
    return checkTenantSlug(slug);
  } catch (error) {
    throw error instanceof ValidationError ? new ValidationError(error.message, ['input', 'slug']) : error;
  }
}
