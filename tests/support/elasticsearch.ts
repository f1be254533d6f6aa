// As much of Elasticsearch's search as its documentation says of points in time and `search_after`.
import { randomUUID } from 'node:crypto';
import { type Answer, type Asked, type RestServer, startRestServer } from './rest-server.ts';

export interface StoredDocument {
  readonly _index: string;
  readonly _id: string;
  readonly _source: Record<string, unknown>;
}

export interface Elasticsearch extends RestServer {
  documents: StoredDocument[];
  /** Points in time that nobody closed. */
  readonly open: ReadonlySet<string>;
}

interface SearchBody {
  size: number;
  pit: { id: string };
  query: {
    bool: { filter: [{ range: Record<string, { gte: string }> }, { term?: Record<string, string> }] };
  };
  sort: [Record<string, { order: string }>, { _shard_doc: string }];
  search_after?: [string, number];
}

export async function startElasticsearch(apiKey: string): Promise<Elasticsearch> {
  const snapshots = new Map<string, StoredDocument[]>();
  const server = await startRestServer(answer);
  const state = Object.assign(server, {
    documents: [] as StoredDocument[],
    get open() {
      return new Set(snapshots.keys());
    },
  });

  function answer({ method, path, headers, body }: Asked): Answer {
    if (headers.authorization !== `ApiKey ${apiKey}`)
      return { status: 401, body: { error: { type: 'security_exception' }, status: 401 } };
    if (method === 'POST' && path.endsWith('/_pit')) return openPit(decodeURIComponent(path.split('/')[1]!));
    const read = JSON.parse(body) as SearchBody & { id: string };
    if (method === 'DELETE' && path === '/_pit')
      return { body: { succeeded: snapshots.delete(read.id), num_freed: 1 } };
    if (method === 'POST' && path === '/_search') return search(read);
    return { status: 400, body: { error: { reason: `no handler for ${method} ${path}` } } };
  }

  function openPit(pattern: string): Answer {
    const names = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    const id = randomUUID();
    snapshots.set(
      id,
      state.documents.filter(({ _index }) => names.test(_index)),
    );
    return { body: { id } };
  }

  function search({ size, pit, query, sort, search_after: after }: SearchBody): Answer {
    const documents = snapshots.get(pit.id);
    if (documents === undefined)
      return { status: 404, body: { error: { type: 'search_context_missing_exception' } } };
    const [{ range }, own] = query.bool.filter;
    const [field, { gte }] = Object.entries(range)[0]!;
    if (Object.keys(sort[0])[0] !== field) return { status: 400, body: { error: { reason: 'sort' } } };
    const [name, value] = Object.entries(own.term ?? {})[0] ?? [];
    const nanos = (text: unknown) => String(text).replace('Z', '').padEnd(29, '0');
    const hits = documents
      .map((document, shardDoc) => ({
        ...document,
        sort: [String(document._source[field]), shardDoc] as const,
      }))
      .filter(({ _source }) => field in _source && nanos(_source[field]) >= nanos(gte))
      .filter(({ _source }) => name === undefined || _source[name] === value)
      .sort((a, b) =>
        nanos(a.sort[0]) < nanos(b.sort[0])
          ? -1
          : nanos(a.sort[0]) > nanos(b.sort[0])
            ? 1
            : a.sort[1] - b.sort[1],
      )
      .filter(
        ({ sort: [time, shardDoc] }) =>
          after === undefined ||
          nanos(time) > nanos(after[0]) ||
          (nanos(time) === nanos(after[0]) && shardDoc > after[1]),
      );
    return { body: { pit_id: pit.id, timed_out: false, hits: { hits: hits.slice(0, size) } } };
  }

  return state;
}
