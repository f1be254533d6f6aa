// What was signed of a stored event, recomputed from what is kept of it.

import type { Micros } from '../domain/time.ts';
import { parseLine } from '../parse/parse-line.ts';
import { type EventAttrs, EventFlag } from '../store/tables/event.ts';

export interface StoredText {
  readonly flags: number;
  readonly messageRaw: string;
  readonly receivedUs: Micros;
  readonly attrs: EventAttrs | null;
}

export interface SignedText {
  readonly message: string;
  readonly structured: Readonly<Record<string, unknown>> | null;
}

export function signedText({ flags, messageRaw, receivedUs, attrs }: StoredText): SignedText {
  const text = attrs?.rawBase64 ? Buffer.from(attrs.rawBase64, 'base64').toString('utf16le') : messageRaw;
  const line = flags & EventFlag.STRUCTURED ? null : parseLine(text, { referenceUs: receivedUs });
  return {
    message: line?.message ?? text,
    structured: attrs?.structuredFields ?? line?.fields ?? null,
  };
}
