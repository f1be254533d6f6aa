// Container logs as Kubernetes' runtimes write them (CRI): `2026-02-10T06:55:46.123456789Z stdout F the content`.
// P marks a part of a longer line, which multiline.ts joins.

import * as c from './chars.ts';
import { addField, lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';
import { isoTimeAt } from './timestamp.ts';

export interface CriHeader {
  stream: 'stdout' | 'stderr';
  isPartial: boolean;
  timestampUs: number;
  contentAt: number;
}

/** The header of a container's line; null when the line has none. */
export function criHeaderOf(raw: string, context: ParseContext): CriHeader | null {
  if (raw.length <= 10 || raw.charAt(10) !== 'T') return null;
  const time = isoTimeAt(raw, 0, context);
  if (!time?.zoned || raw.charCodeAt(time.end) !== c.SPACE) return null;
  const streamAt = time.end + 1;
  const isOut = raw.startsWith('stdout ', streamAt);
  if (!isOut && !raw.startsWith('stderr ', streamAt)) return null;
  const tag = raw.charAt(streamAt + 7);
  const after = raw.charCodeAt(streamAt + 8);
  if ((tag !== 'F' && tag !== 'P') || !(after === c.SPACE || after === c.COLON || Number.isNaN(after)))
    return null;
  const contentAt = after === c.COLON ? c.tokenEnd(raw, streamAt + 8) + 1 : streamAt + 9;
  return { stream: isOut ? 'stdout' : 'stderr', isPartial: tag === 'P', timestampUs: time.us, contentAt };
}

export function parseCri(raw: string, context: ParseContext): ParsedLine | null {
  const header = criHeaderOf(raw, context);
  if (!header) return null;
  const line = lineOf('cri', c.trimmedFrom(raw, header.contentAt));
  line.timestampUs = header.timestampUs;
  addField(line, 'stream', header.stream);
  if (header.isPartial) addField(line, 'partial', true);
  return line;
}
