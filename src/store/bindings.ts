// The journal of what people decided about signatures; what is not undone is obeyed, in its order.
import type pg from 'pg';
import type { Binding, Moved, Parting } from '../domain/bindings.ts';

/** The decisions in force, in the order in which they were made. */
export async function readBindings(client: pg.ClientBase, tenantId: number): Promise<Binding[]> {
  const { rows } = await client.query<{ id: string; detail: Omit<Binding, 'id'> }>({
    name: 'read_bindings',
    text: `select constraint_id as id, detail from signature_constraint
            where tenant_id = $1 and undone_at is null order by seq`,
    values: [tenantId],
  });
  return rows.map(({ id, detail }) => ({ id, ...detail }));
}

export interface NewBinding extends Omit<Binding, 'id'> {
  /** The signature that was named first. */
  readonly key: string;
  readonly otherKey: string;
  readonly author: string;
  readonly reason: string | null;
}

/** Writes the next decision and returns it. Call it under the tenant's lock. */
export async function insertBinding(
  client: pg.ClientBase,
  tenantId: number,
  binding: NewBinding,
): Promise<Binding> {
  const detail = { anchors: binding.anchors, parting: binding.parting };
  const { rows } = await client.query<{ id: string }>(
    `insert into signature_constraint (tenant_id, kind, key, other_key, detail, author, reason, seq)
     values ($1, $2, $3, $4, $5, $6, $7, nextval('mnemograph_learnt_seq')) returning constraint_id as id`,
    [
      tenantId,
      binding.parting === null ? 'MUST_LINK' : 'CANNOT_LINK',
      binding.key,
      binding.otherKey,
      JSON.stringify(detail),
      binding.author,
      binding.reason,
    ],
  );
  return { id: rows[0]!.id, ...detail };
}

/** What came of it, once it is known. */
export async function completeBinding(
  client: pg.ClientBase,
  tenantId: number,
  id: string,
  otherKey: string,
  moved: Moved,
): Promise<void> {
  await client.query(
    'update signature_constraint set other_key = $3, moved = $4 where tenant_id = $1 and constraint_id = $2',
    [tenantId, id, otherKey, JSON.stringify(moved)],
  );
}

/** The signature that came apart by this parting, as it is counted now; null: it is not known any more. */
export async function findParted(
  client: pg.ClientBase,
  tenantId: number,
  parting: Parting,
  key: string,
): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `select coalesce(s.merged_into_id, s.signature_id) as id
       from signature_constraint c
       join signature s on s.tenant_id = $1 and s.key = c.other_key
      where c.tenant_id = $1 and c.undone_at is null and c.detail -> 'parting' = $2::jsonb
      order by c.key = $3 desc, c.seq desc limit 1`,
    [tenantId, JSON.stringify(parting), key],
  );
  return rows[0]?.id ?? null;
}

export interface JournalEntry {
  readonly id: string;
  /** The signature that was kept, or parted. */
  readonly signatureId: string;
  readonly isUndone: boolean;
}

export async function findBinding(
  client: pg.ClientBase,
  tenantId: number,
  id: string,
): Promise<JournalEntry | null> {
  const { rows } = await client.query<JournalEntry>(
    `select c.constraint_id as id, c.undone_at is not null as "isUndone", s.signature_id as "signatureId"
       from signature_constraint c join signature s on s.tenant_id = $1 and s.key = c.key
      where c.tenant_id = $1 and c.constraint_id = $2 for update of c`,
    [tenantId, id],
  );
  return rows[0] ?? null;
}

export async function markUndone(
  client: pg.ClientBase,
  tenantId: number,
  id: string,
  author: string,
  at: string,
): Promise<void> {
  await client.query(
    `update signature_constraint set undone_at = $4, undone_by = $3 where tenant_id = $1 and constraint_id = $2`,
    [tenantId, id, author, at],
  );
}
