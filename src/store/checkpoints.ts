// How far each source's connector has come, kept beside what it brought.
import type { Store } from './store.ts';

export type Checkpoint = Record<string, unknown>;

export interface Checkpoints {
  load(tenantId: number, sourceName: string, key: string): Promise<Checkpoint | null>;
  /** By key, of all keys that begin with `prefix`. */
  list(tenantId: number, sourceName: string, prefix: string): Promise<Map<string, Checkpoint>>;
  remove(tenantId: number, sourceName: string, key: string): Promise<void>;
  /** The source exists: something named it before. */
  save(tenantId: number, sourceName: string, key: string, value: Checkpoint): Promise<void>;
}

export function checkpointsOf({ writePool }: Pick<Store, 'writePool'>): Checkpoints {
  return {
    async load(tenantId, sourceName, key) {
      const { rows } = await writePool.query<{ value: Checkpoint }>(
        `select c.value from source_checkpoint c
           join source s on s.tenant_id = c.tenant_id and s.source_id = c.source_id
          where c.tenant_id = $1 and s.name = $2 and c.key = $3`,
        [tenantId, sourceName, key],
      );
      return rows[0]?.value ?? null;
    },
    async list(tenantId, sourceName, prefix) {
      const { rows } = await writePool.query<{ key: string; value: Checkpoint }>(
        `select c.key, c.value from source_checkpoint c
           join source s on s.tenant_id = c.tenant_id and s.source_id = c.source_id
          where c.tenant_id = $1 and s.name = $2 and starts_with(c.key, $3) order by c.key`,
        [tenantId, sourceName, prefix],
      );
      return new Map(rows.map(({ key, value }) => [key, value]));
    },
    async remove(tenantId, sourceName, key) {
      await writePool.query(
        `delete from source_checkpoint c using source s
          where c.tenant_id = $1 and s.tenant_id = c.tenant_id and s.source_id = c.source_id and s.name = $2
            and c.key = $3`,
        [tenantId, sourceName, key],
      );
    },
    async save(tenantId, sourceName, key, value) {
      await writePool.query(
        `insert into source_checkpoint (tenant_id, source_id, key, value)
         select $1, s.source_id, $3, $4::jsonb from source s where s.tenant_id = $1 and s.name = $2
         on conflict (tenant_id, source_id, key) do update set value = excluded.value, updated_at = excluded.updated_at`,
        [tenantId, sourceName, key, JSON.stringify(value)],
      );
    },
  };
}
