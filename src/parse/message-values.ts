// Addresses, status, vendor and action as messages name them in passing.

import { addressEnd } from './address.ts';
import * as c from './chars.ts';
import { vendorCodeAt } from './vendor-code.ts';

const MAX_SCANNED = 4_096;
const AT_SIGN = 64;

/** Words and keys before an address. `by`: `closed by 10.0.0.7`. */
const SOURCE_WORDS = new Set(
  'from src source srcip saddr rhost client peer remote by ip addr attacker user spoof laddr'.split(' '),
);
const TARGET_WORDS = new Set(
  'to dst dest destination dstip daddr upstream server with at host target faddr gaddr'.split(' '),
);
/** The address is the sender's own, or part of a software's name. */
const NO_PARTY_WORDS = new Set(
  'on version release address listen listening bind gateway netmask dns'.split(' '),
);

export interface Addresses {
  src: string | null;
  dst: string | null;
}

type Party = 'src' | 'dst' | 'none' | 'unsaid';

/** The word that ends right before `at`, apart from blanks, quotes, `=`, `:`, `/`, `[` and `(`. */
function wordBefore(text: string, at: number): string {
  let end = at;
  while (end > 0) {
    const code = text.charCodeAt(end - 1);
    if (c.isAlphanumeric(code) || code === c.CLOSE_PAREN || code === c.CLOSE_BRACKET || code === c.COMMA)
      break;
    end--;
  }
  let start = end;
  while (start > 0 && c.isAlphanumeric(text.charCodeAt(start - 1))) start--;
  return text.slice(start, end).toLowerCase();
}

function partyOfWord(word: string): Party {
  if (SOURCE_WORDS.has(word)) return 'src';
  if (TARGET_WORDS.has(word)) return 'dst';
  return NO_PARTY_WORDS.has(word) ? 'none' : 'unsaid';
}

/** `src outside:10.0.0.7` names a zone between the word and the address; `bob@10.0.0.7` comes from there. */
function partyOf(text: string, at: number): Party {
  if (text.startsWith('->', at - 3) || text.startsWith('->', at - 2)) return 'dst';
  const before = text.charCodeAt(at - 1);
  if (before === AT_SIGN || (before === c.APOSTROPHE && text.charCodeAt(at - 2) === AT_SIGN)) return 'src';
  const word = wordBefore(text, at);
  const party = partyOfWord(word);
  if (party !== 'unsaid' || before !== c.COLON) return party;
  return partyOfWord(wordBefore(text, at - 1 - word.length));
}

/** Without a word before it, an address in brackets, behind a slash, at the start or before a port is the one that acts. */
function isPlacedAsSource(text: string, at: number, end: number): boolean {
  const before = text.charCodeAt(at - 1);
  return (
    at === 0 ||
    before === c.OPEN_BRACKET ||
    before === c.OPEN_PAREN ||
    before === c.SLASH ||
    text.startsWith(' port ', end)
  );
}

const isHexLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 102;

/** Where an address may start: at digits, or at hex digits or a colon with a colon within four characters. */
function mayStartAddress(text: string, at: number, code: number): boolean {
  if (c.isDigit(code)) return true;
  if (code === c.COLON) return text.charCodeAt(at + 1) === c.COLON;
  let end = at;
  while (end < at + 4 && (isHexLetter(text.charCodeAt(end)) || c.isDigit(text.charCodeAt(end)))) end++;
  return end > at && text.charCodeAt(end) === c.COLON;
}

/** The addresses of the two parties, by the words before them. */
export function addressesIn(message: string): Addresses {
  const found: Addresses = { src: null, dst: null };
  let unsaid: string | null = null;
  const limit = Math.min(message.length, MAX_SCANNED);
  for (let at = 0; at < limit; at++) {
    const code = message.charCodeAt(at);
    if (!c.isAlphanumeric(code) && code !== c.COLON) continue;
    const end = mayStartAddress(message, at, code) ? addressEnd(message, at) : -1;
    if (end < 0) {
      if (code !== c.COLON)
        while (c.isAlphanumeric(message.charCodeAt(at + 1)) || isInnerDot(message, at + 1)) at++;
      continue;
    }
    const party = partyOf(message, at);
    const address = message.slice(at, end);
    if (party === 'src') found.src ??= address;
    else if (party === 'dst') found.dst ??= address;
    else if (party === 'unsaid' && isPlacedAsSource(message, at, end)) unsaid ??= address;
    at = end - 1;
  }
  found.src ??= unsaid;
  return found;
}

const isInnerDot = (text: string, at: number): boolean =>
  text.charCodeAt(at) === c.DOT && c.isAlphanumeric(text.charCodeAt(at + 1));

const REQUEST_STATUS = /HTTP\/\d(?:\.\d)?" ([1-5]\d\d)\b/;
const NAMED_STATUS = /\b(?:status(?:[ _]?code)?|http)\s*[=:]?\s*"?([1-5]\d\d)\b(?![.:\d])/i;

/** The status of an HTTP response, 100 to 599. */
export function httpStatusIn(message: string): number | null {
  if (!/HTTP|status/i.test(message)) return null;
  const text = message.length > MAX_SCANNED ? message.slice(0, MAX_SCANNED) : message;
  const match = REQUEST_STATUS.exec(text) ?? (/http/i.test(text) ? NAMED_STATUS.exec(text) : null);
  return match ? Number(match[1]) : null;
}

/** Only identifiers of the form `%LINK-3-UPDOWN` tell: they are Cisco's. */
export const vendorIn = (message: string): string | null => (vendorCodeAt(message, 0) ? 'Cisco' : null);

const NAMED_ACTION = /\baction\s*[=:]\s*"?([A-Za-z][\w-]*)/i;
/** The prefix of a firewall rule, `[UFW BLOCK]`, and the verbs of Cisco's firewalls. */
const RULE_ACTION = /^\[?UFW (\w+)\]|^%(?:ASA|PIX|FWSM)-\d-\d+: (Deny|Built|Teardown|Permitted|Denied)\b/i;

/** What was done about it, in lower case: `block`, `deny`. */
export function actionIn(message: string): string | null {
  const first = message.charCodeAt(0);
  const rule =
    first === c.OPEN_BRACKET || first === c.PERCENT || first === 85 ? RULE_ACTION.exec(message) : null;
  const action = rule
    ? (rule[1] ?? rule[2])
    : message.includes('ction')
      ? NAMED_ACTION.exec(message)?.[1]
      : undefined;
  return action === undefined ? null : action.toLowerCase();
}
