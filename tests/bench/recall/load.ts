// Fills the tables as if all the lines of the families had been ingested: the rows are made by the same functions.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { seededRandom } from '../../../src/cli/demo/random.ts';
import { eventFamily } from '../../../src/parse/family.ts';
import { parseLine } from '../../../src/parse/parse-line.ts';
import { describeForm, statePairing } from '../../../src/signature/engine.ts';
import { SKETCH_VERSION, sketchOf } from '../../../src/signature/sketch.ts';
import { familiar, lineOf } from './grammar.ts';

const SERVICES = 60;
const HOSTS = 400;
const DAY_MS = 86_400_000;
const DAYS = 60;
const SIGNATURES_AT_ONCE = 20_000;

export interface Remembered {
  /** Numbers of the families, in the order of their signatures' ids. */
  readonly families: readonly number[];
  readonly idOf: ReadonlyMap<number, string>;
}

export async function remember(
  pool: pg.Pool,
  tenantId: number,
  signatures: number,
  incidents: number,
  nowMs: number,
): Promise<Remembered> {
  const idOf = new Map<number, string>();
  let chunk: ReturnType<typeof signatureRows>[] = [];
  for (const { family, message, contentKey } of distinctFamilies(signatures)) {
    const id = String(idOf.size + 1);
    idOf.set(family, id);
    chunk.push(signatureRows(tenantId, id, message, contentKey, nowMs));
    if (chunk.length < SIGNATURES_AT_ONCE && idOf.size < signatures) continue;
    await copyChunk(pool, chunk);
    chunk = [];
  }
  const statements = memories(tenantId, incidents, signatures, new Date(nowMs).toISOString());
  for (const statement of statements) await pool.query(statement);
  await pool.query(`select setval('mnemograph_id_seq', $1)`, [signatures + 10 * incidents + HOSTS]);
  await pool.query('vacuum analyze');
  return { families: [...idOf.keys()], idOf };
}

async function copyChunk(pool: pg.Pool, rows: readonly ReturnType<typeof signatureRows>[]): Promise<void> {
  await copy(
    pool,
    COLUMNS.signature,
    rows.map((r) => r.signature),
  );
  await copy(
    pool,
    COLUMNS.form,
    rows.map((r) => r.form),
  );
  await copy(
    pool,
    COLUMNS.sketch,
    rows.flatMap((r) => r.sketch),
  );
  await copy(
    pool,
    COLUMNS.episode,
    rows.map((r) => r.episode),
  );
  await copy(
    pool,
    COLUMNS.bucket,
    rows.map((r) => r.bucket),
  );
}

/** Families in order, those left out whose form an earlier one has. */
function* distinctFamilies(wanted: number) {
  const seen = new Set<string>();
  for (let family = 0; seen.size < wanted; family++) {
    const line = lineOf(familiar(family), seededRandom(family));
    const { message } = parseLine(line, { referenceUs: 0 });
    const { contentKey } = describeForm(message, '');
    if (seen.has(contentKey)) continue;
    seen.add(contentKey);
    yield { family, message, contentKey };
  }
}

function signatureRows(tenantId: number, id: string, text: string, contentKey: string, nowMs: number) {
  const random = seededRandom(Number(id));
  const service = `svc-${Number(id) % SERVICES}`;
  const form = describeForm(text, service);
  const pairing = statePairing(text, service);
  const lastMs = nowMs - random.between(0, DAYS * DAY_MS);
  const firstMs = lastMs - random.between(0, 30 * DAY_MS);
  const [first, last] = [new Date(firstMs).toISOString(), new Date(lastMs).toISOString()];
  const asset = random.between(1, HOSTS);
  const count = random.between(1, 9_000);
  const minute = Math.floor(lastMs / 60_000);
  return {
    signature: [
      tenantId,
      id,
      form.key,
      1,
      service,
      eventFamily(service, text),
      form.pattern,
      text,
      pairing?.pairKey ?? null,
      pairing?.role ?? null,
      first,
      last,
      count,
      4,
    ],
    form: [tenantId, form.key, contentKey, id, service, text, first, first, SKETCH_VERSION],
    sketch: sketchOf(form.canonical).rows.map(({ lane, code }) => [tenantId, lane, code, id]),
    episode: [tenantId, id, asset, last, last, count, count, 4],
    bucket: [tenantId, id, asset, minute, 1, 1, 4, lastMs * 1_000, lastMs * 1_000],
  };
}

const COLUMNS = {
  signature: `signature (tenant_id, signature_id, key, version, service, event_family, pattern, example_message, pair_key,
    pair_role, first_seen_at, last_seen_at, occurrence_count, worst_severity)`,
  form: 'signature_form (tenant_id, key, content_key, signature_id, partition, example, first_seen_at, first_counted_at, sketch_version)',
  sketch: 'signature_sketch (tenant_id, lane, code, signature_id)',
  episode: 'episode (tenant_id, signature_id, asset_id, start_at, end_at, event_count, sourced, worst)',
  bucket: 'feature_bucket (tenant_id, signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)',
};

/** What people remember of it: each incident has three signatures, three hosts, a lesson and a hint. */
const memories = (tenant: number, incidents: number, signatures: number, now: string): string[] => [
  `insert into event_clock (tenant_id, first_minute, now_minute)
   select ${tenant}, floor(extract(epoch from min(first_seen_at)) / 60), floor(extract(epoch from max(last_seen_at)) / 60)
     from signature where tenant_id = ${tenant}`,
  `insert into asset (tenant_id, asset_id, hostname)
   select ${tenant}, h, 'node' || h || '.dc1.example.net' from generate_series(1, ${HOSTS}) h`,
  `insert into incident (tenant_id, incident_id, title, summary, incident_type, first_observed_at, last_observed_at,
                         recurrence_count, impact_level, confidence)
   select ${tenant}, ${signatures} + i, 'Incident ' || i, 'What happened in incident ' || i, 'bench',
          timestamptz '${now}' - i * interval '1 hour', timestamptz '${now}' - i * interval '30 minutes', 1 + i % 5,
          'MEDIUM', 500000 from generate_series(1, ${incidents}) i`,
  `insert into incident_signature (tenant_id, incident_id, signature_id)
   select distinct ${tenant}, ${signatures} + i, 1 + (i::bigint * 7919 + k * 104729) % ${signatures}
     from generate_series(1, ${incidents}) i, generate_series(0, 2) k`,
  `insert into incident_asset (tenant_id, incident_id, asset_id)
   select distinct ${tenant}, ${signatures} + i, 1 + (i * 31 + k * 17) % ${HOSTS}
     from generate_series(1, ${incidents}) i, generate_series(0, 2) k`,
  `insert into lesson (tenant_id, lesson_id, title, summary, recommendation, confidence)
   select ${tenant}, ${signatures + incidents} + i, 'Lesson ' || i, 'Because', 'Do it another way', 500000
     from generate_series(1, ${incidents}) i`,
  `insert into incident_lesson (tenant_id, incident_id, lesson_id)
   select ${tenant}, ${signatures} + i, ${signatures + incidents} + i from generate_series(1, ${incidents}) i`,
  `insert into runbook_hint (tenant_id, hint_id, title, hint_text, confidence)
   select ${tenant}, ${signatures + 2 * incidents} + i, 'Hint ' || i, 'First do this', 500000
     from generate_series(1, ${incidents}) i`,
  `insert into hint_incident (tenant_id, hint_id, incident_id)
   select ${tenant}, ${signatures + 2 * incidents} + i, ${signatures} + i from generate_series(1, ${incidents}) i`,
];

type Cell = string | number | null;

async function copy(pool: pg.Pool, target: string, rows: readonly (readonly Cell[])[]): Promise<void> {
  const client = await pool.connect();
  try {
    const sink = client.query(copyFrom(`copy ${target} from stdin`));
    await pipeline(Readable.from(chunks(rows)), sink);
  } finally {
    client.release();
  }
}

const ROWS_PER_CHUNK = 2_000;

function* chunks(rows: readonly (readonly Cell[])[]) {
  for (let at = 0; at < rows.length; at += ROWS_PER_CHUNK)
    yield rows
      .slice(at, at + ROWS_PER_CHUNK)
      .map((row) => `${row.map(cell).join('\t')}\n`)
      .join('');
}

const cell = (value: Cell): string =>
  value === null
    ? '\\N'
    : String(value).replace(
        /[\\\t\n\r]/g,
        (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c]!,
      );
