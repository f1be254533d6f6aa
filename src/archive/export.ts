// A tenant's memory as the lines of a file, from one snapshot of the database, in bounded memory.
import type pg from 'pg';
import { formatMicros } from '../domain/time.ts';
import type { VerbContext } from '../store/verb.ts';
import { EXPORT_QUERIES } from './export-queries.ts';
import { FORMAT, FORMAT_VERSION, type RecordKind } from './format.ts';

/** Rows fetched at a time. */
const PAGE = 500;

/** Line by line, without line ends; the events themselves stay where they are. */
export async function* exportMemory(ctx: VerbContext): AsyncGenerator<string, void, void> {
  const { tenantId, tenantSlug } = ctx.caller;
  yield JSON.stringify({
    kind: 'header',
    format: FORMAT,
    version: FORMAT_VERSION,
    tenant: tenantSlug,
    exportedAt: formatMicros(ctx.clock.nowUs()),
  });
  let records = 0;
  const client = await ctx.store.writePool.connect();
  try {
    await client.query('begin transaction isolation level repeatable read read only');
    for (const [kind, statement] of Object.entries(EXPORT_QUERIES)) {
      for await (const line of linesOf(client, kind as RecordKind, statement(tenantId))) {
        records++;
        yield line;
      }
    }
  } finally {
    await client.query('rollback').finally(() => client.release());
  }
  yield JSON.stringify({ kind: 'end', records });
}

async function* linesOf(client: pg.ClientBase, kind: RecordKind, statement: string): AsyncGenerator<string> {
  const cursor = `export_${kind.toLowerCase()}`;
  await client.query(`declare ${cursor} no scroll cursor for ${statement}`);
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`fetch ${PAGE} from ${cursor}`);
    if (rows.length === 0) break;
    for (const { line } of rows) yield line;
  }
  await client.query(`close ${cursor}`);
}
