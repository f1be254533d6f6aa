// jsonb holds neither NUL nor lone surrogates: what has them is kept beside a storable copy, base64 of its JSON text.
import { makeStorable } from '../parse/storable.ts';

const UNSTORABLE = /\\u0000|\\ud[89a-f][0-9a-f]{2}/i;

/** An object as it is; any other value under `value`; null for nothing. */
export function storableJson(value: unknown): Record<string, unknown> | null {
  if (value === null || value === undefined) return null;
  const object =
    typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
  const text = JSON.stringify(object);
  if (!UNSTORABLE.test(text)) return object;
  const clean = clone(object) as Record<string, unknown>;
  return { ...clean, originalJsonBase64: Buffer.from(text, 'utf8').toString('base64') };
}

function clone(value: unknown): unknown {
  if (typeof value === 'string') return makeStorable(value).text;
  if (Array.isArray(value)) return value.map(clone);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [makeStorable(key).text, clone(member)]),
  );
}
