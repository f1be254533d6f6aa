// What many events share (source, origin, asset, signature) is written once and remembered here by its content.
import type pg from 'pg';
import type { Store } from './store.ts';

/** A row id in the two 32-bit halves in which a binary COPY writes it. */
export interface RowId {
  readonly text: string;
  readonly high: number;
  readonly low: number;
}

export function rowId(text: string): RowId {
  const value = BigInt(text);
  return { text, high: Number(value >> 32n), low: Number(value & 0xffffffffn) };
}

export const NO_ASSET = '0';

const CACHE_LIMIT = 200_000;

/** How one kind of dimension is found and made. `rows` align with `contents`. */
export interface DimensionTable<Content> {
  /** Distinct contents give distinct keys. */
  readonly keyOf: (content: Content) => string;
  readonly insert: (
    client: pg.ClientBase,
    tenantId: number,
    contents: Content[],
  ) => Promise<{ key: string; id: string }[]>;
  readonly select: (
    client: pg.ClientBase,
    tenantId: number,
    contents: Content[],
  ) => Promise<{ key: string; id: string }[]>;
}

/** Content to row id, per tenant; bounded, and never wrong: rows are only ever added. */
export class Dimension<Content> {
  readonly #table: DimensionTable<Content>;
  readonly #ids = new Map<string, RowId>();

  constructor(table: DimensionTable<Content>) {
    this.#table = table;
  }

  get(tenantId: number, key: string): RowId | undefined {
    return this.#ids.get(`${tenantId}\u0000${key}`);
  }

  /** Afterwards `get` answers for every one of `contents`. Returns the keys that this call created. */
  async ensure(store: Store, tenantId: number, contents: Iterable<Content>): Promise<string[]> {
    const missing = new Map<string, Content>();
    for (const content of contents) {
      const key = this.#table.keyOf(content);
      if (this.get(tenantId, key) === undefined) missing.set(key, content);
    }
    if (missing.size === 0) return [];
    const sorted = [...missing.keys()].sort().map((key) => missing.get(key) as Content);
    return this.#load(store, tenantId, sorted);
  }

  async #load(store: Store, tenantId: number, contents: Content[]): Promise<string[]> {
    if (this.#ids.size > CACHE_LIMIT) this.#ids.clear();
    const client = await store.writePool.connect();
    try {
      const found = await this.#table.select(client, tenantId, contents);
      this.#remember(tenantId, found);
      const absent = contents.filter(
        (content) => this.get(tenantId, this.#table.keyOf(content)) === undefined,
      );
      if (absent.length === 0) return [];
      const created = await this.#table.insert(client, tenantId, absent);
      this.#remember(tenantId, created);
      if (created.length < absent.length)
        this.#remember(tenantId, await this.#table.select(client, tenantId, absent));
      return created.map((row) => row.key);
    } finally {
      client.release();
    }
  }

  #remember(tenantId: number, rows: readonly { key: string; id: string }[]): void {
    for (const row of rows) this.#ids.set(`${tenantId}\u0000${row.key}`, rowId(row.id));
  }
}
