// IBM's Log Event Extended Format: `LEEF:1.0|Vendor|Product|Version|EventId|key=value<TAB>…`, in version 2.0 with the
// delimiter of the attributes as one more part.

import { firstText, pipedParts, severityOfCef } from './cef.ts';
import * as c from './chars.ts';
import { microsOfValue } from './jsonl.ts';
import { type LineFields, lineOf, type ParseContext, type ParsedLine, setField } from './parsed-line.ts';

/** A character itself, or its code as `x09` or `0x09`; a tab when it is left empty. */
function delimiterOf(text: string): string {
  const hex = /^0?x([0-9a-f]{1,4})$/i.exec(text);
  return hex ? String.fromCharCode(Number.parseInt(hex[1]!, 16)) : text || '\t';
}

function attributesOf(text: string, delimiter: string): LineFields {
  const fields: LineFields = {};
  for (const pair of text.split(delimiter)) {
    const equals = pair.indexOf('=');
    if (equals > 0) setField(fields, pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  }
  return fields;
}

/** Null when the line does not begin with a LEEF header. */
export function parseLeef(raw: string, context: ParseContext): ParsedLine | null {
  const isVersion2 = raw.startsWith('LEEF:2');
  if (!isVersion2 && !raw.startsWith('LEEF:1')) return null;
  const header = pipedParts(raw, 5, isVersion2 ? 6 : 5);
  if (!header) return null;
  const [, vendor, product, version, id, delimiter] = header.parts;
  const fields = attributesOf(raw.slice(header.end), delimiterOf(delimiter ?? ''));
  const line = lineOf(
    'leef',
    c.trimmedFrom(firstText(fields, 'msg', 'message', 'eventDesc') ?? '', 0) || `${product} ${id}`,
  );
  const severity = firstText(fields, 'sev', 'severity');
  line.severity = severity === null ? null : severityOfCef(severity);
  line.severityOriginal = line.severity === null ? null : severity;
  line.timestampUs = microsOfValue(firstText(fields, 'devTime'), context);
  line.host = firstText(fields, 'identHostName', 'devName');
  line.program = product || null;
  line.fields = Object.assign(fields, { deviceVendor: vendor, deviceVersion: version, messageId: id });
  return line;
}
