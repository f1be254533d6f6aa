// Keeps COPY transactions running on several connections and remembers which were acknowledged.
import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DatabaseTarget } from '../../src/store/target.ts';
import { connect, query } from './embedded.ts';

const WRITERS = 3;
export const ROWS_PER_BATCH = 500;

export interface CopyLoad {
  /** How many batches each writer got an acknowledgement for, so far. */
  readonly acknowledged: readonly number[];
  /** Resolves when every writer has ended: by `stop`, or by losing its connection. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

export async function startCopyLoad(target: DatabaseTarget): Promise<CopyLoad> {
  await query(target, 'create table line (writer int, batch int, n int, body text)');
  const acknowledged = Array.from({ length: WRITERS }, () => 0);
  let stopped = false;
  const write = async (writer: number) => {
    const client = await connect(target);
    const gone = once(client, 'end').then(() => Promise.reject(new Error('connection lost')));
    gone.catch(() => {});
    try {
      for (let batch = 1; !stopped; batch += 1) {
        await Promise.race([copyBatch(client, writer, batch), gone]);
        acknowledged[writer] = batch;
      }
    } catch {
      // The server was killed: what this writer was told until now is what counts.
    }
    await client.end().catch(() => {});
  };
  const ended = Promise.all(acknowledged.map((_, writer) => write(writer)));
  return {
    acknowledged,
    ended,
    stop() {
      stopped = true;
    },
  };
}

async function copyBatch(client: pg.Client, writer: number, batch: number): Promise<void> {
  const rows = Array.from(
    { length: ROWS_PER_BATCH },
    (_, n) => `${writer}\t${batch}\t${n}\t${'x'.repeat(200)}\n`,
  );
  await client.query('begin');
  const sink = client.query(copyFrom('copy line from stdin'));
  const finished = once(sink, 'finish');
  sink.end(rows.join(''));
  await finished;
  await client.query('commit');
}

/** Batches that were acknowledged but are not there, and batches of which only a part is there. */
export async function findDamage(
  target: DatabaseTarget,
  load: CopyLoad,
): Promise<{ lost: number; torn: number }> {
  const found = await query<{ writer: number; batch: number; n: number }>(
    target,
    'select writer, batch, count(*)::int as n from line group by writer, batch',
  );
  const present = new Set(found.map(({ writer, batch }) => `${writer}/${batch}`));
  const promised = load.acknowledged.flatMap((batches, writer) =>
    Array.from({ length: batches }, (_, index) => `${writer}/${index + 1}`),
  );
  return {
    lost: promised.filter((batch) => !present.has(batch)).length,
    torn: found.filter(({ n }) => n !== ROWS_PER_BATCH).length,
  };
}
