// From a raw line to its parts. Pure, and total: any text at all is at least a plain line.

import * as c from './chars.ts';
import { parseByFormat } from './formats.ts';
import { parseJsonLine } from './jsonl.ts';
import { type LineFields, type ParseContext, type ParsedLine, setField } from './parsed-line.ts';

/** Collectors mark JSON behind a syslog header with this cookie. */
const JSON_COOKIE = '@cee:';

/** The structured line that the message of `outer` is, or null. */
function parseNested(outer: ParsedLine, context: ParseContext): ParsedLine | null {
  const { message } = outer;
  const first = message.charCodeAt(0);
  if (first === c.OPEN_BRACE) return parseJsonLine(message, context);
  if (message.startsWith(JSON_COOKIE)) return parseJsonLine(message.slice(JSON_COOKIE.length), context);
  return null;
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
    format: inner.format,
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
  const inner = line.format === 'rfc3164' || line.format === 'rfc5424' ? parseNested(line, context) : null;
  return inner ? merge(line, inner) : line;
}
