// A tenant is known by its slug outside and by a small number in every key.
import type pg from 'pg';
import { ValidationError } from '../domain/errors.ts';
import { seedRules } from './rules.ts';
import type { Store } from './store.ts';

export const DEFAULT_TENANT = 'default';
const SLUG = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Throws ValidationError where `slug` cannot name a tenant. */
export function checkTenantSlug(slug: string): string {
  if (SLUG.test(slug)) return slug;
  throw new ValidationError(
    `"${slug.slice(0, 80)}" cannot name a tenant: use 1 to 63 of a-z, 0-9, "-" and "_", beginning with a letter or digit.`,
    ['tenant'],
  );
}

/** 0 where no such tenant exists: it sees nothing. */
export async function resolveTenant(store: Store, slug: string): Promise<number> {
  const rows = await store.read<{ tenant_id: number }[]>`
    select tenant_id from tenant where slug = ${checkTenantSlug(slug)}`;
  return rows[0]?.tenant_id ?? 0;
}

/** The tenant's number; made on its first write. */
export async function ensureTenant(store: Store, slug: string): Promise<number> {
  const known = await resolveTenant(store, slug);
  return known === 0 ? createTenant(store.writePool, slug) : known;
}

async function createTenant(pool: pg.Pool, slug: string): Promise<number> {
  await pool.query('insert into tenant (slug, name) values ($1, $1) on conflict do nothing', [slug]);
  const { rows } = await pool.query<{ tenant_id: number }>('select tenant_id from tenant where slug = $1', [
    slug,
  ]);
  const tenantId = (rows[0] as { tenant_id: number }).tenant_id;
  await seedRules(pool, tenantId);
  return tenantId;
}

/** The numbers of all tenants, in order. */
export async function allTenants(pool: pg.Pool): Promise<number[]> {
  const { rows } = await pool.query<{ tenantId: number }>(
    'select tenant_id as "tenantId" from tenant order by tenant_id',
  );
  return rows.map(({ tenantId }) => tenantId);
}
