// The few values of an event that rules and people ask for by name: from its structured fields where they name them,
// else from the words of the message.

import { addressOf } from './address.ts';
import { actionIn, addressesIn, httpStatusIn, vendorIn } from './message-values.ts';
import { userIn } from './user.ts';

export interface TypedFields {
  srcIp: string | null;
  dstIp: string | null;
  user: string | null;
  httpStatus: number | null;
  vendor: string | null;
  action: string | null;
}

/** Names in structured data, best first, compared without case, `_`, `-` and `.`: `src_ip` is `srcIp` is `src.ip`. */
const NAMES: Record<keyof TypedFields, readonly string[]> = {
  srcIp: [
    'srcip',
    'src',
    'sourceip',
    'sourceaddress',
    'clientip',
    'remoteaddr',
    'remoteip',
    'client',
    'rhost',
    'ipaddress',
    'ip',
  ],
  dstIp: [
    'dstip',
    'dst',
    'destinationip',
    'destinationaddress',
    'destip',
    'dest',
    'serverip',
    'upstreamaddr',
  ],
  user: [
    'user',
    'username',
    'usrname',
    'suser',
    'duser',
    'targetusername',
    'subjectusername',
    'remoteuser',
    'login',
    'account',
    'accountname',
    'acct',
  ],
  httpStatus: [
    'httpstatus',
    'status',
    'statuscode',
    'httpstatuscode',
    'httpresponsestatuscode',
    'responsestatus',
    'responsecode',
  ],
  vendor: ['vendor', 'devicevendor', 'observervendor'],
  action: ['action', 'act', 'deviceaction', 'eventaction'],
};

const SLOTS = new Map<string, { field: keyof TypedFields; rank: number }>(
  (Object.keys(NAMES) as (keyof TypedFields)[]).flatMap((field) =>
    NAMES[field].map((name, rank) => [name, { field, rank }] as const),
  ),
);

/** Only as deep as `source.ip`, `http.response.status_code` and the elements of RFC 5424 go. */
const MAX_DEPTH = 3;
const MAX_VALUE_LENGTH = 256;

const isHttpStatus = (value: number): boolean => Number.isInteger(value) && value >= 100 && value <= 599;

function typedValue(field: keyof TypedFields, value: unknown): string | number | null {
  if (field === 'httpStatus') {
    const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
    return typeof status === 'number' && isHttpStatus(status) ? status : null;
  }
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) return null;
  const text = value.trim();
  if (field === 'srcIp' || field === 'dstIp') return addressOf(text);
  return text === '' || text === '-' ? null : text;
}

interface FoundValue {
  value: string | number;
  rank: number;
}

type FoundValues = Partial<Record<keyof TypedFields, FoundValue>>;

function collect(fields: Record<string, unknown>, prefix: string, depth: number, found: FoundValues): void {
  for (const [rawName, value] of Object.entries(fields)) {
    const name = prefix + rawName.toLowerCase().replace(/[-_.]/g, '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      // An element of RFC 5424 carries its enterprise's number: its name is no part of the members' names.
      const inner = rawName.includes('@') ? '' : name;
      if (depth < MAX_DEPTH) collect(value as Record<string, unknown>, inner, depth + 1, found);
      continue;
    }
    const slot = SLOTS.get(name);
    const typed = slot && typedValue(slot.field, value);
    if (!slot || typed === null || typed === undefined) continue;
    const before = found[slot.field];
    if (!before || slot.rank < before.rank) found[slot.field] = { value: typed, rank: slot.rank };
  }
}

/** What the structured fields do not name is looked for in the message; null where neither tells. */
export function typedFields(message: string, structured: Record<string, unknown> | null): TypedFields {
  const found: FoundValues = {};
  if (structured) collect(structured, '', 1, found);
  const text = (field: keyof TypedFields): string | null =>
    (found[field]?.value as string | undefined) ?? null;
  const addresses = found.srcIp && found.dstIp ? null : addressesIn(message);
  return {
    srcIp: text('srcIp') ?? addresses?.src ?? null,
    dstIp: text('dstIp') ?? addresses?.dst ?? null,
    user: text('user') ?? userIn(message),
    httpStatus: (found.httpStatus?.value as number | undefined) ?? httpStatusIn(message),
    vendor: text('vendor') ?? vendorIn(message),
    action: text('action') ?? actionIn(message),
  };
}
