// Runs the sources that listen, follow or poll: each in one process of all that share the database, held by a lock that
// its session keeps. What was changed starts anew; what cannot begin is tried again, ever more seldom.

import type pg from 'pg';
import type { Logger } from '../domain/logger.ts';
import { LockClass } from '../store/lock-classes.ts';
import { listRunnable, type SourceRow } from '../store/sources.ts';
import type { Store } from '../store/store.ts';
import type { ConnectorKind, Running } from './contract.ts';
import type { Intake, SourceRef } from './intake.ts';
import { kindOf, readConfig } from './upsert-source.ts';

export interface SupervisorOptions {
  readonly store: Store;
  readonly kinds: readonly ConnectorKind[];
  readonly logger: Logger;
  readonly intakeOf: (kind: ConnectorKind, ref: SourceRef) => Intake;
}

const POLL_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

interface Held {
  readonly row: SourceRow;
  /** null: it could not begin. */
  readonly running: Running | null;
  readonly failures: number;
  readonly againAtMs: number;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #held = new Map<string, Held>();
  #claims: pg.PoolClient | null = null;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.poke(), POLL_MS);
    this.#timer.unref();
    this.poke();
  }

  /** Looks at once at what is to run; one look after another. */
  poke(): void {
    if (this.#timer === undefined) return;
    this.#turn = this.#turn
      .then(() => (this.#closed ? undefined : this.#look()))
      .catch((error: Error) => this.#loseClaims(error));
  }

  addressOf(tenantId: number, name: string): string | null {
    for (const { row, running } of this.#held.values())
      if (row.tenantId === tenantId && row.name === name) return running?.address ?? null;
    return null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#turn;
    await this.#stopAll();
    this.#claims?.release(true);
    this.#claims = null;
  }

  async #look(): Promise<void> {
    const { store, kinds } = this.#options;
    const runnable = kinds.filter((kind) => kind.run !== undefined).map((kind) => kind.kind);
    const wanted = new Map((await listRunnable(store, runnable)).map((row) => [row.sourceId, row]));
    for (const [id, held] of this.#held)
      if (wanted.get(id)?.revision !== held.row.revision) await this.#stop(id, held);
    for (const [id, row] of wanted) {
      const held = this.#held.get(id);
      if (held === undefined ? !(await this.#claim(id)) : held.running !== null) continue;
      if ((held?.againAtMs ?? 0) <= performance.now()) await this.#begin(row, held?.failures ?? 0);
    }
  }

  /** True where no other process runs it. A session that ends lets go of all that it held. */
  async #claim(sourceId: string): Promise<boolean> {
    if (this.#claims === null) {
      this.#claims = await this.#options.store.writePool.connect();
      this.#claims.once('error', (error) => this.#loseClaims(error));
    }
    const { rows } = await this.#claims.query<{ held: boolean }>(
      'select pg_try_advisory_lock($1, hashint8($2)) as held',
      [LockClass.SOURCE, sourceId],
    );
    return rows[0]!.held;
  }

  async #begin(row: SourceRow, failures: number): Promise<void> {
    const kind = kindOf(this.#options.kinds, row.connector);
    const intake = this.#options.intakeOf(kind, row);
    try {
      const config = readConfig(kind, row.config);
      const running = await kind.run!({ config, credential: row.credential, intake });
      this.#held.set(row.sourceId, { row, running, failures: 0, againAtMs: 0 });
      running.ended?.catch((error: Error) => this.#broke(row, running, error));
      intake.logger.info({ address: running.address ?? null }, 'a source runs');
    } catch (error) {
      await this.#failed(row, failures, error as Error);
    }
  }

  /** It stays ours, and is tried again later. */
  async #failed(row: SourceRow, failures: number, error: Error): Promise<void> {
    const againAtMs = performance.now() + Math.min(POLL_MS * 2 ** failures, MAX_BACKOFF_MS);
    this.#held.set(row.sourceId, { row, running: null, failures: failures + 1, againAtMs });
    const kind = kindOf(this.#options.kinds, row.connector);
    await this.#options.intakeOf(kind, row).fault(error.message);
  }

  /** What ended while it ran begins anew, as what could not begin. */
  #broke(row: SourceRow, running: Running, error: Error): void {
    this.#turn = this.#turn
      .then(async () => {
        if (this.#held.get(row.sourceId)?.running !== running) return;
        await this.#end(row, running);
        await this.#failed(row, 0, error);
      })
      .catch((lost: Error) => this.#loseClaims(lost));
  }

  async #stop(id: string, { row, running }: Held): Promise<void> {
    this.#held.delete(id);
    await this.#end(row, running);
    await this.#claims?.query('select pg_advisory_unlock($1, hashint8($2))', [LockClass.SOURCE, id]);
  }

  async #end({ name }: SourceRow, running: Running | null): Promise<void> {
    await running?.stop().catch((err) => {
      this.#options.logger.error({ err, source: name }, 'a source did not stop cleanly');
    });
  }

  async #stopAll(): Promise<void> {
    for (const [id, { running }] of this.#held) {
      this.#held.delete(id);
      await running?.stop().catch(() => {});
    }
  }

  /** Without the session another process may run them: they stop here, and are claimed anew. */
  #loseClaims(error: Error): void {
    this.#options.logger.warn({ reason: error.message }, 'sources pause: the database does not answer');
    const claims = this.#claims;
    this.#claims = null;
    claims?.release(true);
    this.#turn = this.#turn.then(() => this.#stopAll());
  }
}
