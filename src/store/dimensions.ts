// What many events share (source, origin, asset, signature) is written once and remembered here by its content.
import type pg from 'pg';
import { mapInTurns } from '../domain/turns.ts';
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

interface KeyedRow {
  readonly key: string;
  readonly id: string;
}

/** How one kind of dimension is found and made. `rows` align with `contents`. */
export interface DimensionTable<Content> {
  /** Distinct contents give distinct keys. */
  readonly keyOf: (content: Content) => string;
  readonly insert: (client: pg.ClientBase, tenantId: number, contents: Content[]) => Promise<KeyedRow[]>;
  readonly select: (client: pg.ClientBase, tenantId: number, contents: Content[]) => Promise<KeyedRow[]>;
  /** Where what was neither found nor inserted goes instead, for a kind of which only so many are kept. */
  readonly overflow?: (client: pg.ClientBase, tenantId: number, contents: Content[]) => Promise<KeyedRow[]>;
}

export interface Resolved {
  /** By content key, for everything that was asked. */
  readonly ids: ReadonlyMap<string, RowId>;
  /** The keys that this call created. */
  readonly created: readonly string[];
}

/** Content to row id, per tenant; bounded, and never wrong: rows are only ever added. */
export class Dimension<Content> {
  readonly #table: DimensionTable<Content>;
  readonly #known = new Map<number, Map<string, RowId>>();
  #size = 0;

  constructor(table: DimensionTable<Content>) {
    this.#table = table;
  }

  /** Finds or makes the row of every key; `contentOf` is asked only for keys that this process has not met. */
  async resolve(
    store: Store,
    tenantId: number,
    keys: Iterable<string>,
    contentOf: (key: string) => Content,
  ): Promise<Resolved> {
    const ids = new Map<string, RowId>();
    const missing: string[] = [];
    const known = this.#known.get(tenantId);
    for (const key of keys) {
      const id = known?.get(key);
      if (id === undefined) missing.push(key);
      else ids.set(key, id);
    }
    if (missing.length === 0) return { ids, created: [] };
    const absent = await mapInTurns(missing.sort(), contentOf);
    const client = await store.writePool.connect();
    try {
      const created = await this.#load(client, tenantId, absent, ids);
      this.#remember(tenantId, missing, ids);
      return { ids, created };
    } finally {
      client.release();
    }
  }

  async #load(
    client: pg.ClientBase,
    tenantId: number,
    contents: Content[],
    ids: Map<string, RowId>,
  ): Promise<string[]> {
    const take = (rows: readonly KeyedRow[]) => {
      for (const row of rows) ids.set(row.key, rowId(row.id));
      return rows;
    };
    const isAbsent = (content: Content) => !ids.has(this.#table.keyOf(content));
    take(await this.#table.select(client, tenantId, contents));
    const absent = contents.filter(isAbsent);
    if (absent.length === 0) return [];
    const created = take(await this.#table.insert(client, tenantId, absent));
    const raced = absent.filter(isAbsent);
    if (raced.length > 0) take(await this.#table.select(client, tenantId, raced));
    const beyond = raced.filter(isAbsent);
    if (beyond.length > 0 && this.#table.overflow) take(await this.#table.overflow(client, tenantId, beyond));
    return created.map((row) => row.key);
  }

  #remember(tenantId: number, keys: readonly string[], ids: ReadonlyMap<string, RowId>): void {
    if (this.#size > CACHE_LIMIT) {
      this.#known.clear();
      this.#size = 0;
    }
    const known = this.#known.get(tenantId) ?? new Map<string, RowId>();
    this.#known.set(tenantId, known);
    this.#size -= known.size;
    for (const key of keys) known.set(key, ids.get(key) as RowId);
    this.#size += known.size;
  }
}
