// `demo --reset`: empties the tenant that the sample lives in, and nothing that is not the demo's without being told.
import pg from 'pg';
import { ConflictError } from '../../domain/errors.ts';
import { APPLICATION_NAME, type DatabaseTarget } from '../../store/target.ts';
import { DEMO_BATCHES } from './seed.ts';

export interface ResetOptions {
  readonly tenantSlug: string;
  /** Also what other sources sent, and also in a database that is not our own. */
  readonly force: boolean;
}

/**
 * Deletes every row of the tenant, in one transaction. Throws ConflictError where that would take the ground from
 * under a running server, or delete what is not the demo's.
 */
export async function resetTenant(target: DatabaseTarget, options: ResetOptions): Promise<void> {
  const client = new pg.Client({ ...target, application_name: `${APPLICATION_NAME} reset` });
  client.on('error', () => {});
  await client.connect();
  try {
    await refuseWhileInUse(client);
    if (!options.force) await refuseForeignData(client, options);
    await client.query('begin');
    for (const table of await tablesWithTenant(client))
      await client.query(
        `delete from ${pg.escapeIdentifier(table)}
          where tenant_id = (select tenant_id from tenant where slug = $1)`,
        [options.tenantSlug],
      );
    await client.query('delete from tenant where slug = $1', [options.tenantSlug]);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

async function refuseWhileInUse(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name = $1`,
    [APPLICATION_NAME],
  );
  if (rows[0]!.n === 0) return;
  throw new ConflictError(
    'Mnemograph is running on this database: end it (Ctrl-C), then reset. Nothing was deleted.',
  );
}

async function refuseForeignData(client: pg.Client, { tenantSlug }: ResetOptions): Promise<void> {
  const { rows } = await client.query<{ n: number }>(
    `select coalesce(sum(b.n), 0)::int as n
       from ingest_batch b join tenant t using (tenant_id)
      where t.slug = $1 and b.key not like $2`,
    [tenantSlug, `${DEMO_BATCHES}%`],
  );
  if (rows[0]!.n === 0) return;
  throw new ConflictError(
    `The tenant "${tenantSlug}" also holds events that are not the demo's (${rows[0]!.n}). Give the demo a directory of its own (MNEMOGRAPH_DATA_DIR), or delete them too with --reset --force. Nothing was deleted.`,
  );
}

/** Partitions go with their table. */
async function tablesWithTenant(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string }>(
    `select c.relname as table
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> 'tenant'
      order by c.relname`,
  );
  return rows.map((row) => row.table);
}
