// ArcSight's Common Event Format: `CEF:0|Vendor|Product|Version|Id|Name|Severity|key=value …`.

import { Severity } from '../domain/severity.ts';
import * as c from './chars.ts';
import { microsOfValue } from './jsonl.ts';
import { type LineFields, lineOf, type ParseContext, type ParsedLine, setField } from './parsed-line.ts';

const HEADER_PARTS = 7;

/** The parts before the last unescaped pipe of the header, and the index after it; null when there are too few. */
export function pipedParts(
  raw: string,
  from: number,
  count: number,
): { parts: string[]; end: number } | null {
  const parts: string[] = [];
  let start = from;
  for (let at = from; at < raw.length && parts.length < count; at++) {
    const code = raw.charCodeAt(at);
    if (code === c.BACKSLASH) at++;
    else if (code === c.PIPE) {
      parts.push(raw.slice(start, at).replace(/\\([|\\])/g, '$1'));
      start = at + 1;
    }
  }
  return parts.length === count ? { parts, end: start } : null;
}

const unescapedValue = (value: string): string =>
  value.includes('\\')
    ? value.replace(/\\([=\\|nr])/g, (_, character: string) =>
        character === 'n' || character === 'r' ? '\n' : character,
      )
    : value;

const isKeyCharacter = (code: number): boolean =>
  c.isAlphanumeric(code) ||
  code === c.UNDERSCORE ||
  code === c.DOT ||
  code === c.OPEN_BRACKET ||
  code === c.CLOSE_BRACKET;

/** Values hold blanks: one ends where the word right before the next `=` begins. */
function extensionFields(raw: string, from: number): LineFields {
  const fields: LineFields = {};
  let key = '';
  let valueAt = from;
  for (let at = from; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code === c.BACKSLASH) at++;
    if (code !== c.EQUALS) continue;
    let keyAt = at;
    while (keyAt > valueAt && isKeyCharacter(raw.charCodeAt(keyAt - 1))) keyAt--;
    const isKey = keyAt < at && (keyAt === from || c.isBlank(raw.charCodeAt(keyAt - 1)));
    if (!isKey) continue;
    if (key !== '') setField(fields, key, unescapedValue(raw.slice(valueAt, keyAt).trim()));
    key = raw.slice(keyAt, at);
    valueAt = at + 1;
  }
  if (key !== '') setField(fields, key, unescapedValue(c.trimmedFrom(raw, valueAt)));
  return fields;
}

const WORDS: Record<string, Severity> = {
  low: Severity.INFO,
  medium: Severity.WARNING,
  high: Severity.ERROR,
  'very-high': Severity.CRITICAL,
};

/** 0 to 3 low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high; or those words. */
export function severityOfCef(text: string): Severity | null {
  if (!/^(?:\d|10)$/.test(text)) return WORDS[text.toLowerCase()] ?? null;
  const level = Number(text);
  if (level <= 3) return Severity.INFO;
  if (level <= 6) return Severity.WARNING;
  return level <= 8 ? Severity.ERROR : Severity.CRITICAL;
}

export const firstText = (fields: LineFields, ...names: string[]): string | null => {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
};

/** Null when the line does not begin with a CEF header. */
export function parseCef(raw: string, context: ParseContext): ParsedLine | null {
  if (!raw.startsWith('CEF:')) return null;
  const header = pipedParts(raw, 4, HEADER_PARTS);
  if (!header) return null;
  const [, vendor, product, version, id, name, severity] = header.parts as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const fields = extensionFields(raw, header.end);
  const line = lineOf('cef', c.trimmedFrom(name, 0) || (firstText(fields, 'msg') ?? ''));
  line.severity = severityOfCef(severity);
  line.severityOriginal = line.severity === null ? null : severity;
  line.timestampUs = microsOfValue(firstText(fields, 'rt', 'end', 'start', 'deviceReceiptTime'), context);
  line.host = firstText(fields, 'dvchost', 'deviceHostName', 'dvc');
  line.program = product || null;
  line.fields = Object.assign(fields, { deviceVendor: vendor, deviceVersion: version, messageId: id });
  return line;
}
