// Opaque ids of the graph: base64url of `Type:key`, where the key is the row's own id.
import { NODE_TYPES, type NodeType } from './words.ts';

export interface NodeRef {
  readonly type: NodeType;
  readonly key: string;
}

export const encodeGlobalId = (type: NodeType, key: string): string =>
  Buffer.from(`${type}:${key}`, 'utf8').toString('base64url');

const NUMERIC = /^\d{1,19}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** null where `id` was never made by us, so that callers answer "not found", not a database error. */
export function decodeGlobalId(id: string): NodeRef | null {
  const text = Buffer.from(id, 'base64url').toString('utf8');
  const colon = text.indexOf(':');
  const type = text.slice(0, colon) as NodeType;
  const key = text.slice(colon + 1);
  if (!NODE_TYPES.includes(type)) return null;
  const wellFormed = type === 'Event' ? UUID.test(key) : NUMERIC.test(key) && BigInt(key) < 2n ** 63n;
  return wellFormed ? { type, key } : null;
}
