// Which formats a line may have by its first character, and in which order they are tried.

import { parseAccessLog } from './access-log.ts';
import { parseApplication } from './application.ts';
import { parseCef } from './cef.ts';
import * as c from './chars.ts';
import { applyCisco } from './cisco.ts';
import { parseCri } from './cri.ts';
import { parseApacheError, parseNginxError } from './error-log.ts';
import { parseJsonLine } from './jsonl.ts';
import { parseLeef } from './leef.ts';
import { parseKlog, parseLogcat, parseRedis, parseRubyLogger } from './letter-level.ts';
import { severityOfLetter } from './level.ts';
import { parseLogfmt } from './logfmt.ts';
import { lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';
import { parsePlain } from './plain.ts';
import { parseProgramLog } from './program-log.ts';
import { parseRfc3164, priorityAt } from './rfc3164.ts';
import { parseRfc5424 } from './rfc5424.ts';
import { parseServicingLog } from './servicing-log.ts';
import { parseWindowsXml } from './windows-event.ts';

/** Null when the line is not of the parser's format. */
type LineParser = (raw: string, context: ParseContext) => ParsedLine | null;

function parseSyslog(raw: string, context: ParseContext): ParsedLine | null {
  const priority = priorityAt(raw, 0);
  if (!priority) return null;
  const isVersion1 =
    raw.charCodeAt(priority.end) === c.ZERO + 1 && raw.charCodeAt(priority.end + 1) === c.SPACE;
  return (isVersion1 ? parseRfc5424(raw, context, priority) : null) ?? parseRfc3164(raw, context, priority);
}

const parseFileSyslog: LineParser = (raw, context) => parseRfc3164(raw, context, null);

const parseCisco: LineParser = (raw, context) => {
  if (!raw.includes('%')) return null;
  const line = lineOf('rfc3164', '');
  return applyCisco(line, raw, 0, context) ? line : null;
};

const ANGLE: readonly LineParser[] = [parseSyslog, parseWindowsXml];
const BRACE: readonly LineParser[] = [parseJsonLine];
const BRACKET: readonly LineParser[] = [parseApacheError, parseApplication, parseProgramLog];
const DIGIT: readonly LineParser[] = [
  parseCri,
  parseFileSyslog,
  parseNginxError,
  parseServicingLog,
  parseApplication,
  parseAccessLog,
  parseLogcat,
  parseRedis,
  parseCisco,
];
/** A letter that begins a line rules out most of what a line may be. */
function parsersForLetter(letter: string): readonly LineParser[] {
  const isLevel = severityOfLetter(letter) !== null;
  return [
    ...(MONTH_INITIALS.includes(letter.toUpperCase()) ? [parseFileSyslog] : []),
    ...(letter === 'C' ? [parseCef] : []),
    ...(letter === 'L' ? [parseLeef] : []),
    ...(isLevel ? [parseKlog] : []),
    parseLogfmt,
    ...(isLevel ? [parseRubyLogger] : []),
    parseAccessLog,
    parseCisco,
  ];
}

/** A line that begins with a letter is of a syslog file only if that begins its month. */
const MONTH_INITIALS = 'JFMASOND';
const MARK: readonly LineParser[] = [parseCisco, parseAccessLog];
const OTHER: readonly LineParser[] = [];

function parsersFor(code: number): readonly LineParser[] {
  if (c.isLetter(code)) return parsersForLetter(String.fromCharCode(code));
  if (c.isDigit(code)) return DIGIT;
  switch (code) {
    case c.LESS_THAN:
      return ANGLE;
    case c.OPEN_BRACE:
      return BRACE;
    case c.OPEN_BRACKET:
      return BRACKET;
    case c.ASTERISK:
    case c.DOT:
    case c.COLON:
    case c.PERCENT:
      return MARK;
    default:
      return OTHER;
  }
}

const ASCII_CODES = 128;
const PARSERS = Array.from({ length: ASCII_CODES }, (_, code) => parsersFor(code));

/** The line in the first format that it has; plain when it has none. */
export function parseByFormat(raw: string, context: ParseContext): ParsedLine {
  for (const parse of PARSERS[raw.charCodeAt(0)] ?? OTHER) {
    const line = parse(raw, context);
    if (line) return line;
  }
  return parsePlain(raw, context);
}
