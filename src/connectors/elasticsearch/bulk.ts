// POST /_bulk: actions and documents, line by line, each with an answer of its own.
import type { Delivery, Reply } from '../../domain/delivery.ts';
import type { IngestOutcome } from '../../pipeline/input.ts';
import type { RejectedReason } from '../../store/rejected.ts';
import type { Intake } from '../intake.ts';
import { type BulkMeta, readMeta } from './document.ts';

interface Item extends BulkMeta {
  /** Action line and document; null: this server keeps no documents that could be changed or removed. */
  readonly payload: string | null;
}

export async function takeBulk({ body, path }: Delivery, intake: Intake): Promise<Reply> {
  const startedMs = performance.now();
  const items = readItems(body.toString('utf8'), indexOf(path));
  const documents = items.filter((item) => item.payload !== null);
  const outcome: Pick<IngestOutcome, 'rejectedIds'> =
    documents.length === 0
      ? { rejectedIds: [] }
      : await intake.payloads(documents.map(({ payload }) => payload as string));
  const reasons = new Map((await intake.reasons(outcome.rejectedIds)).map((r) => [r.index, r]));
  const answers = items.map((item) => answer(item, reasons.get(documents.indexOf(item))));
  return {
    status: 200,
    headers: PRODUCT_HEADER,
    body: {
      took: Math.round(performance.now() - startedMs),
      errors: answers.some((a) => 'error' in Object.values(a)[0]!),
      items: answers,
    },
  };
}

/** Clients of this protocol refuse servers without it. */
export const PRODUCT_HEADER = { 'x-elastic-product': 'Elasticsearch' } as const;

const indexOf = (path: string): string | null => {
  const parts = path.split('/').filter((part) => part !== '' && part !== 'elasticsearch');
  return parts.length > 1 && parts[0] !== undefined ? decodeURIComponent(parts[0]) : null;
};

/** Throws ValidationError where an action cannot be read: of such a body nothing is taken. */
function readItems(body: string, defaultIndex: string | null): Item[] {
  const lines = body.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const items: Item[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.trim() === '') continue;
    const meta = readMeta(line);
    const named = { ...meta, index: meta.index ?? defaultIndex };
    if (meta.action === 'delete') items.push({ ...named, payload: null });
    else if (meta.action === 'update') {
      i++;
      items.push({ ...named, payload: null });
    } else items.push({ ...named, payload: `${actionLine(named)}\n${lines[++i] ?? ''}` });
  }
  return items;
}

const actionLine = ({ action, index, id }: BulkMeta): string =>
  JSON.stringify({ [action]: { _index: index, _id: id } });

function answer(item: Item, reason: RejectedReason | undefined): Record<string, object> {
  const { action, index, id } = item;
  const base = { _index: index, _id: id };
  if (item.payload === null)
    return {
      [action]: failed(base, 400, 'action_request_validation_exception', 'Only index and create are taken.'),
    };
  if (reason === undefined) return { [action]: { ...base, _version: 1, result: 'created', status: 201 } };
  if (reason.code === 'CONFLICT')
    return { [action]: failed(base, 409, 'version_conflict_engine_exception', reason.reason) };
  return { [action]: failed(base, 400, 'document_parsing_exception', reason.reason) };
}

const failed = (base: object, status: number, type: string, reason: string) => ({
  ...base,
  status,
  error: { type, reason },
});
