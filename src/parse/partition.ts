// Within which partition a line's form is signed: events of a vendor's own catalogue are told apart by its ids.
import type { LineFields, ParsedLine } from './parsed-line.ts';

const CATALOGUES: Partial<Record<ParsedLine['format'], readonly [string, string]>> = {
  'windows-event': ['provider', 'eventId'],
  cef: ['deviceVendor', 'messageId'],
  leef: ['deviceVendor', 'messageId'],
};

/** The service; for Windows and vendor events the provider and its event id. */
export function partitionOf(line: ParsedLine, service: string): string {
  const catalogue = CATALOGUES[line.format];
  if (catalogue === undefined || line.fields === null) return service;
  const [provider, eventId] = catalogue.map((name) => textOf(line.fields as LineFields, name));
  return provider === null || eventId === null ? service : `${provider}/${eventId}`;
}

function textOf(fields: LineFields, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
