// IP addresses in running text.

import { isIPv6 } from 'node:net';
import * as c from './chars.ts';

const isHex = (code: number): boolean => c.isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102);

/** The index after the IPv4 address at `at`, or -1: four numbers up to 255 and no fifth, so no version or OID. */
function ipv4End(text: string, at: number): number {
  let end = at;
  for (let part = 0; part < 4; part++) {
    const start = end;
    end = c.digitsEnd(text, start);
    if (end === start || end > start + 3 || c.digitsAt(text, start, end - start) > 255) return -1;
    if (part < 3 && text.charCodeAt(end++) !== c.DOT) return -1;
  }
  const next = text.charCodeAt(end);
  if (c.isLetter(next) || (next === c.DOT && c.isDigit(text.charCodeAt(end + 1)))) return -1;
  return end;
}

const MAX_IPV6_LENGTH = 45;
/** Of an address without `::` that ends in an IPv4 address. */
const MIN_COLONS = 6;

/** The index after the IPv6 address at `at`, or -1; times and MAC addresses are none. */
function ipv6End(text: string, at: number): number {
  let end = at;
  let colons = 0;
  let isShortened = false;
  while (end - at <= MAX_IPV6_LENGTH) {
    const code = text.charCodeAt(end);
    if (code === c.COLON) {
      colons++;
      isShortened ||= text.charCodeAt(end + 1) === c.COLON;
    } else if (!isHex(code) && code !== c.DOT) break;
    end++;
  }
  if (colons < (isShortened ? 2 : MIN_COLONS)) return -1;
  while (end > at && (text.charCodeAt(end - 1) === c.DOT || isLoneColon(text, at, end))) end--;
  return isIPv6(text.slice(at, end)) ? end : -1;
}

const isLoneColon = (text: string, at: number, end: number): boolean =>
  text.charCodeAt(end - 1) === c.COLON && text.charCodeAt(end - 2) !== c.COLON && end - at > 2;

/** The index after an address that starts at `at`; -1 when none does. `at` must be the start of a word. */
export function addressEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (c.isDigit(code)) {
    const end = ipv4End(text, at);
    if (end > 0) return end;
  }
  return isHex(code) || code === c.COLON ? ipv6End(text, at) : -1;
}

/** The address that the whole text is, without brackets or a port; null when it is none. */
export function addressOf(text: string): string | null {
  const start = text.charCodeAt(0) === c.OPEN_BRACKET ? 1 : 0;
  const end = addressEnd(text, start);
  if (end < 0) return null;
  const rest = text.slice(start === 1 ? end + 1 : end);
  return rest === '' || /^[:/]\d+$/.test(rest) ? text.slice(start, end) : null;
}
