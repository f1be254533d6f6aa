// Records wait in a temporary table, so that any number of them is merged by a handful of statements.
import type pg from 'pg';
import type { NumberedRecord } from './read-records.ts';

/** Records, or characters of them, that are sent together. */
const BATCH_RECORDS = 500;
const BATCH_CHARS = 4_000_000;

export class Staging {
  readonly #client: pg.ClientBase;
  #files: (string | null)[] = [];
  #lines: number[] = [];
  #kinds: string[] = [];
  #texts: string[] = [];
  #chars = 0;

  private constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  /** Within the caller's transaction, at whose end all of it is gone. */
  static async open(client: pg.ClientBase): Promise<Staging> {
    await client.query(
      'create temporary table staged (file text, line int, kind text, data jsonb) on commit drop',
    );
    return new Staging(client);
  }

  async add({ file, line, record }: NumberedRecord): Promise<void> {
    const text = JSON.stringify(record);
    this.#files.push(file ?? null);
    this.#lines.push(line);
    this.#kinds.push(record.kind);
    this.#texts.push(text);
    this.#chars += text.length;
    if (this.#lines.length >= BATCH_RECORDS || this.#chars >= BATCH_CHARS) await this.#flush();
  }

  /** Call it when all records are added. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#client.query('create index on staged (kind)');
    await this.#client.query('analyze staged');
  }

  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    await this.#client.query(
      'insert into staged select f, l, k, t::jsonb from unnest($1::text[], $2::int[], $3::text[], $4::text[]) as r(f, l, k, t)',
      [this.#files, this.#lines, this.#kinds, this.#texts],
    );
    this.#files = [];
    this.#lines = [];
    this.#kinds = [];
    this.#texts = [];
    this.#chars = 0;
  }
}
