// From a raw line to its parts. Pure, and total: any text at all is at least a plain line.

import { parseCef } from './cef.ts';
import * as c from './chars.ts';
import { parseByFormat } from './formats.ts';
import { parseJsonLine } from './jsonl.ts';
import { parseLeef } from './leef.ts';
import { parseLogfmt } from './logfmt.ts';
import { type LineFields, type ParseContext, type ParsedLine, setField } from './parsed-line.ts';
import { parseWindowsXml } from './windows-event.ts';

/** Collectors mark JSON behind a syslog header with this cookie. */
const JSON_COOKIE = '@cee:';
const LETTER_C = 67;
const LETTER_L = 76;

/** The structured line that the message of `outer` is, or null. Looked for once: what is within that is its own. */
function parseNested(outer: ParsedLine, context: ParseContext): ParsedLine | null {
  const { message } = outer;
  if (message.startsWith(JSON_COOKIE)) return parseJsonLine(message.slice(JSON_COOKIE.length), context);
  switch (outer.format) {
    case 'rfc3164':
    case 'rfc5424':
      return parseInSyslog(message, context);
    case 'cri':
      return parseByFormat(message, context);
    case 'jsonl':
      // Docker's envelope: the line is what the container wrote.
      return outer.fields?.stream === undefined ? null : parseByFormat(message, context);
    default:
      return null;
  }
}

/** Only formats that tell themselves apart: the daemons' own words look like many things. */
function parseInSyslog(message: string, context: ParseContext): ParsedLine | null {
  switch (message.charCodeAt(0)) {
    case c.OPEN_BRACE:
      return parseJsonLine(message, context);
    case LETTER_C:
      return parseCef(message, context);
    case LETTER_L:
      return parseLeef(message, context) ?? parseLogfmt(message, context);
    case c.LESS_THAN:
      return parseWindowsXml(message, context);
    default:
      return parseLogfmt(message, context);
  }
}

function mergedFields(outer: ParsedLine, inner: ParsedLine): LineFields | null {
  const fields: LineFields = { ...outer.fields, ...inner.fields };
  if (outer.program !== null && inner.program !== null && outer.program !== inner.program) {
    setField(fields, 'logger', inner.program);
  }
  return Object.keys(fields).length === 0 ? null : fields;
}

/** The header says where and when it was logged, the content what and how bad. */
function merge(outer: ParsedLine, inner: ParsedLine): ParsedLine {
  const time = outer.timestampUs === null ? inner : outer;
  const severity = inner.severity === null ? outer : inner;
  return {
    format: inner.format === 'plain' ? outer.format : inner.format,
    message: inner.message,
    timestampUs: time.timestampUs,
    yearInferred: time.yearInferred,
    host: outer.host ?? inner.host,
    program: outer.program ?? inner.program,
    pid: outer.pid ?? inner.pid,
    severity: severity.severity,
    severityOriginal: severity.severityOriginal,
    facility: outer.facility ?? inner.facility,
    fields: mergedFields(outer, inner),
  };
}

const BYTE_ORDER_MARK = 0xfeff;

/** Never throws. A structured message behind a syslog header is read too. */
export function parseLine(raw: string, context: ParseContext): ParsedLine {
  const start = raw.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
  const jsonAt = c.isBlank(raw.charCodeAt(start)) ? c.skipBlanks(raw, start) : start;
  const at = raw.charCodeAt(jsonAt) === c.OPEN_BRACE ? jsonAt : start;
  const line = parseByFormat(at === 0 ? raw : raw.slice(at), context);
  if (line.message === '') {
    line.message = c.trimmedFrom(raw, 0) || raw;
    return line;
  }
  const inner = parseNested(line, context);
  return inner && inner.message !== '' ? merge(line, inner) : line;
}
