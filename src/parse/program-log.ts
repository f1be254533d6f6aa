// Lines of desktop programs and proxies: a time in brackets, the program, a dash, and the message, without any level:
// `[02.10 06:55:46] chrome.exe *64 - connection refused`.

import { applicationTimeAt, yearlessTimeAt } from './application-time.ts';
import * as c from './chars.ts';
import { severityOfWord } from './level.ts';
import { lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';

/** Up to three words: Windows marks a program of the other word size, as in `svchost.exe *64`. */
const PROGRAM = /^ ([\w.@/\\+-]{1,64}(?: [\w.@*+-]{1,32}){0,2}) - /;
const MAX_HEADER_LENGTH = 160;

/** Null when the line has not such a time and program. */
export function parseProgramLog(raw: string, context: ParseContext): ParsedLine | null {
  if (raw.charCodeAt(0) !== c.OPEN_BRACKET) return null;
  const time = yearlessTimeAt(raw, 1, false, context) ?? applicationTimeAt(raw, 1, context);
  if (!time || raw.charCodeAt(time.end) !== c.CLOSE_BRACKET) return null;
  const program = PROGRAM.exec(raw.slice(time.end + 1, time.end + 1 + MAX_HEADER_LENGTH));
  if (!program || severityOfWord(program[1]!) !== null) return null;
  const line = lineOf('application', c.trimmedFrom(raw, time.end + 1 + program[0].length));
  line.timestampUs = time.us;
  line.yearInferred = time.yearInferred;
  line.program = program[1]!;
  return line;
}
