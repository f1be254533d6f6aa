// Windows servicing and setup logs, in columns: `2026-02-10 06:55:46, Info                  CBS    Loaded the stack`.

import * as c from './chars.ts';
import { severityOfWord } from './level.ts';
import { lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';
import { isoTimeAt } from './timestamp.ts';

const COLUMNS = /^, (\w{4,11}) {2,}([A-Z][A-Za-z]{1,15}) {2,}/;
const MAX_COLUMNS_LENGTH = 80;

/** Null when the line has not those columns. */
export function parseServicingLog(raw: string, context: ParseContext): ParsedLine | null {
  if (raw.charCodeAt(19) !== c.COMMA || raw.charCodeAt(20) !== c.SPACE) return null;
  const columns = COLUMNS.exec(raw.slice(19, 19 + MAX_COLUMNS_LENGTH));
  const severity = columns ? severityOfWord(columns[1]!) : null;
  const time = columns ? isoTimeAt(raw, 0, context) : null;
  if (!columns || severity === null || !time) return null;
  const line = lineOf('application', c.trimmedFrom(raw, 19 + columns[0].length));
  line.timestampUs = time.us;
  line.program = columns[2]!;
  line.severity = severity;
  line.severityOriginal = columns[1]!;
  return line;
}
