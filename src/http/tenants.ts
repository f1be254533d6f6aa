// Which tenant a request speaks for. Slugs are remembered for a moment, so that a request costs no query for it.
import type { Caller } from '../domain/caller.ts';
import type { Store } from '../store/store.ts';
import { checkTenantSlug, DEFAULT_TENANT, ensureTenant, resolveTenant } from '../store/tenants.ts';

export const TENANT_HEADER = 'x-mnemograph-tenant';

const REMEMBER_MS = 5_000;
const REMEMBERED_TENANTS = 10_000;
/** Who acts, as long as there are no access tokens. */
const ANONYMOUS = 'operator';

/** The slug that a header or connection parameter names. Throws ValidationError where it cannot name a tenant. */
export function tenantSlug(named: unknown): string {
  if (named === undefined || named === null || named === '') return DEFAULT_TENANT;
  return checkTenantSlug(String(named).trim());
}

export class Callers {
  readonly #store: Store;
  readonly #known = new Map<string, { readonly tenantId: number; readonly untilMs: number }>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The caller of an operation; a mutation makes its tenant. */
  async callerOf(slug: string, isMutation: boolean): Promise<Caller> {
    const known = this.#known.get(slug);
    if (known !== undefined && known.untilMs > performance.now()) return caller(known.tenantId, slug);
    const tenantId = await (isMutation ? ensureTenant : resolveTenant)(this.#store, slug);
    if (tenantId !== 0) this.#remember(slug, tenantId);
    return caller(tenantId, slug);
  }

  #remember(slug: string, tenantId: number): void {
    if (this.#known.size >= REMEMBERED_TENANTS) this.#known.clear();
    this.#known.set(slug, { tenantId, untilMs: performance.now() + REMEMBER_MS });
  }
}

const caller = (tenantId: number, slug: string): Caller => ({
  tenantId,
  tenantSlug: slug,
  actor: ANONYMOUS,
});
