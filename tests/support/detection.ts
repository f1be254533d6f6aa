// A small world for the detection stage: events go straight to the tables that counting writes, then detect runs.
import { createHash } from 'node:crypto';
import { Severity } from '../../src/domain/severity.ts';
import { formatMicros, type Micros, minuteOf, US_PER_MINUTE } from '../../src/domain/time.ts';
import { type DetectOutcome, detect } from '../../src/pipeline/detect/detect.ts';
import { Deltas } from '../../src/pipeline/fold/deltas.ts';
import { addToBuckets, addToSignatures } from '../../src/store/counters.ts';
import { EventPartitions } from '../../src/store/partitions.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { EventFlag } from '../../src/store/tables/event.ts';
import { transaction } from '../../src/store/transaction.ts';
import { createTestDatabase } from './database.ts';

export interface WorldEvent {
  readonly us: Micros;
  /** Its name becomes the signature's key. */
  readonly signature: string;
  readonly host: string | null;
  readonly severity: Severity;
  readonly message: string;
  /** Makes it a side of a problem/recovery pair. */
  readonly pair?: { readonly key: string; readonly role: 'PROBLEM' | 'RECOVERY' };
}

export interface World {
  readonly store: Store;
  tenant(): Promise<Tenant>;
  close(): Promise<void>;
}

export interface Tenant {
  readonly tenantId: number;
  /** Stores, counts and detects in one transaction, as the pipeline does with what it has folded. */
  deliver(events: readonly WorldEvent[]): Promise<DetectOutcome>;
  /** Time passes and nothing is heard. */
  passTime(us: Micros): Promise<DetectOutcome>;
  rows<Row extends object>(text: string): Promise<Row[]>;
}

/** A host says once a minute, from `fromUs` on, that it is alive. */
export const beatsOf = (host: string, fromUs: Micros, minutes: number): WorldEvent[] =>
  Array.from({ length: minutes }, (_, i) => ({
    us: fromUs + i * US_PER_MINUTE,
    signature: 'v1:beat',
    host,
    severity: Severity.INFO,
    message: 'alive',
  }));

export const CLOCK = { nowUs: () => Date.UTC(2026, 5, 1) * 1_000 };

export async function openWorld(): Promise<World> {
  const database = await createTestDatabase();
  const store = openStore(database.target);
  const partitions = new EventPartitions(store.writePool);
  return {
    store,
    async tenant() {
      const { rows } = await store.writePool.query(
        `insert into tenant (slug, name) values (gen_random_uuid()::text, 'test') returning tenant_id`,
      );
      return new WorldTenant(store, partitions, rows[0].tenant_id);
    },
    async close() {
      await store.close();
      await database.drop();
    },
  };
}

class WorldTenant implements Tenant {
  readonly tenantId: number;
  readonly #store: Store;
  readonly #partitions: EventPartitions;
  readonly #ids = new Map<string, string>();

  constructor(store: Store, partitions: EventPartitions, tenantId: number) {
    this.#store = store;
    this.#partitions = partitions;
    this.tenantId = tenantId;
  }

  async deliver(events: readonly WorldEvent[]): Promise<DetectOutcome> {
    await this.#partitions.ensure(
      events.map((e) => e.us),
      CLOCK.nowUs(),
    );
    return transaction(this.#store, async ({ tx, client }) => {
      const deltas = new Deltas();
      const rows = [];
      for (const event of events) {
        const signatureId = await this.#signature(event);
        const assetId = event.host === null ? null : await this.#asset(event.host);
        const { severity, message } = event;
        deltas.add({ signatureId, assetId, detectionUs: event.us, severity, sourced: true, message });
        rows.push({ ts: formatMicros(event.us), signatureId, assetId, severity, message, id: idOf(event) });
      }
      await client.query(
        `insert into event (tenant_id, event_id, ts, origin_id, batch_id, signature_id, asset_id, severity, flags, message_raw)
         select $1, r.id, r.ts, 0, 0, r."signatureId", r."assetId", r.severity, ${EventFlag.STRUCTURED}, r.message
           from json_to_recordset($2) as r(id uuid, ts timestamptz, "signatureId" bigint, "assetId" bigint, severity int, message text)`,
        [this.tenantId, JSON.stringify(rows)],
      );
      await addToBuckets(client, this.tenantId, [...deltas.buckets.values()]);
      await addToSignatures(
        client,
        this.tenantId,
        [...deltas.signatures.values()].map((d) => ({ ...d, pattern: d.example })),
      );
      const touched = [...deltas.buckets.values()]
        .filter((b) => b.signatureId !== '0')
        .map((b) => ({ ...b, fromMinute: b.minute, toMinute: b.minute }));
      return detect(tx, { tenantId: this.tenantId, touched, clock: CLOCK });
    });
  }

  passTime(us: Micros): Promise<DetectOutcome> {
    const { tenantId } = this;
    return transaction(this.#store, ({ tx }) =>
      detect(tx, { tenantId, touched: [], clock: CLOCK, untilMinute: minuteOf(us) }),
    );
  }

  async rows<Row extends object>(text: string): Promise<Row[]> {
    const { rows } = await this.#store.writePool.query<Row>(text, [this.tenantId]);
    return rows;
  }

  #asset(host: string): Promise<string> {
    return this.#once(
      `asset ${host}`,
      `insert into asset (tenant_id, hostname) values ($1, $2) returning asset_id as id`,
      [host],
    );
  }

  #signature({ signature, pair, message }: WorldEvent): Promise<string> {
    return this.#once(
      `signature ${signature}`,
      `insert into signature (tenant_id, key, version, event_family, pattern, example_message, pair_key, pair_role,
                              first_seen_at, last_seen_at, worst_severity)
       values ($1, $2, 1, 'test', $3, $3, $4, $5, 'epoch', 'epoch', 0) returning signature_id as id`,
      [signature, message, pair?.key ?? null, pair?.role ?? null],
    );
  }

  async #once(name: string, text: string, values: (string | null)[]): Promise<string> {
    let id = this.#ids.get(name);
    if (id === undefined) {
      const { rows } = await this.#store.writePool.query<{ id: string }>(text, [this.tenantId, ...values]);
      id = rows[0]!.id;
      this.#ids.set(name, id);
    }
    return id;
  }
}

let serial = 0;
const ids = new WeakMap<WorldEvent, string>();

/** The same object is the same event in every tenant. */
function idOf(event: WorldEvent): string {
  let id = ids.get(event);
  if (id === undefined) {
    const hex = createHash('sha1').update(`${event.us}|${++serial}`).digest('hex');
    id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    ids.set(event, id);
  }
  return id;
}

/** All that detection remembers of a tenant, without the ids of one database. */
export async function memoryOf(tenant: Tenant): Promise<Record<string, object[]>> {
  const moment = (column: string) =>
    `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as ${column.replace(/^\w+\./, '')}`;
  return {
    episodes: await tenant.rows(
      `select s.key, a.hostname, ${moment('e.start_at')}, ${moment('e.end_at')}, e.event_count, e.sourced, e.worst
         from episode e join signature s using (tenant_id, signature_id) left join asset a using (tenant_id, asset_id)
        where e.tenant_id = $1 order by 1, 2, 3`,
    ),
    signals: await tenant.rows(
      `select s.identity, s.kind, s.label, s.score, s.severity, s.text, s.recurring, s.baseline, s.observed, s.entity, s.event_id,
              ${moment('s.observed_at')}, ${moment('s.ended_at')}, g.identity as "group", g.event_count, g.metadata
         from signal s left join group_signal gs using (tenant_id, signal_id)
         left join correlation_group g using (tenant_id, group_id)
        where s.tenant_id = $1 order by s.identity, g.identity`,
    ),
    groups: await tenant.rows(
      `select g.identity, g.group_type, ${moment('g.start_at')}, ${moment('g.end_at')}, g.entity, g.severity, g.event_count,
              g.metadata,
              array(select a.hostname from group_asset x join asset a using (tenant_id, asset_id)
                     where (x.tenant_id, x.group_id) = (g.tenant_id, g.group_id) order by 1) as hosts,
              array(select s.key from group_signature x join signature s using (tenant_id, signature_id)
                     where (x.tenant_id, x.group_id) = (g.tenant_id, g.group_id) order by 1) as signatures,
              array(select s.identity from group_signal x join signal s using (tenant_id, signal_id)
                     where (x.tenant_id, x.group_id) = (g.tenant_id, g.group_id) order by 1) as signals,
              (select count(*)::int from provenance_link l
                where l.tenant_id = g.tenant_id and l.target_type = 'CorrelationGroup' and l.target_key = g.group_id::text
                  and l.link_type = 'GROUPED_IN') as links
         from correlation_group g where g.tenant_id = $1 order by 1`,
    ),
    candidates: await tenant.rows(
      `select c.type, c.subject, c.state, c.title, c.summary, c.explanation, ${moment('c.first_seen_at')},
              ${moment('c.last_seen_at')}, c.score, c.score_breakdown, c.decision_band, c.confidence, c.severity,
              c.episode_count, c.event_count, c.metadata, v.receipt,
              array(select s.key from candidate_signature x join signature s using (tenant_id, signature_id)
                     where (x.tenant_id, x.candidate_id) = (c.tenant_id, c.candidate_id) order by 1) as signatures,
              array(select a.hostname from candidate_asset x join asset a using (tenant_id, asset_id)
                     where (x.tenant_id, x.candidate_id) = (c.tenant_id, c.candidate_id) order by 1) as hosts,
              array(select x.event_id::text from candidate_event x
                     where (x.tenant_id, x.candidate_id) = (c.tenant_id, c.candidate_id) order by 1) as events,
              array(select g.identity from candidate_group x join correlation_group g using (tenant_id, group_id)
                     where (x.tenant_id, x.candidate_id) = (c.tenant_id, c.candidate_id) order by 1) as groups,
              (select count(*)::int from provenance_link l
                where l.tenant_id = c.tenant_id and l.target_type = 'Candidate' and l.target_key = c.candidate_id::text
                  and l.link_type <> 'MERGED_INTO') as links
         from candidate c join candidate_version v using (tenant_id, candidate_id, version)
        where c.tenant_id = $1 and c.redirected_to_id is null and not c.withdrawn
        order by c.type, c.subject, 7`,
    ),
    signatures: await tenant.rows(
      `select key, score, pattern from signature where tenant_id = $1 order by key`,
    ),
    verdicts: await tenant.rows(
      `select s.key, v.severity, v.scorer, v.label, v.score, v.risk, v.is_anomalous, v.is_current
         from anomaly_verdict v join signature s using (tenant_id, signature_id)
        where v.tenant_id = $1 and s.merged_into_id is null order by 1, 2, 3`,
    ),
  };
}
