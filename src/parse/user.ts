// The account that a message is about, found by the words before it.

import { addressEnd } from './address.ts';
import * as c from './chars.ts';

const MAX_SCANNED = 4_096;
const AT_SIGN = 64;
const DOLLAR = 36;

/** Searched as they are written: a native search for each costs less than one pass without case. */
const CUES = ['user', 'User', 'USER', 'role', 'account', 'Account'] as const;
/** `account failed to log on`: only `account=` and `Account Name:` name one. */
const isKeyOnly = (cue: string): boolean => cue.endsWith('ccount');

/** Words that follow `user` in prose. */
const NO_USER = new Set(
  (
    'unknown from is was has had not by request authentication auth name and or with to in on at session logged does did ' +
    'methods account password for the a an no agent space mode level id limit input data error manager slice runtime'
  ).split(' '),
);

/** Before `for`: what is tried with an account. */
const TRIED_FOR = new Set(
  'password publickey none pam failure failures exceeded hostbased gssapi-with-mic keyboard-interactive/pam login'.split(
    ' ',
  ),
);

function isNameCharacter(code: number): boolean {
  if (c.isAlphanumeric(code) || code > 127) return true;
  if (code === c.DOT || code === c.UNDERSCORE || code === c.MINUS || code === c.PLUS) return true;
  return code === c.BACKSLASH || code === AT_SIGN || code === DOLLAR;
}

const isOpening = (code: number): boolean =>
  code === c.QUOTE || code === c.APOSTROPHE || code === c.LESS_THAN || code === c.OPEN_BRACKET;

/** The name at `at`, without the full stop that ends the sentence; null when it is prose or an address. */
function nameAt(text: string, at: number): string | null {
  const start = isOpening(text.charCodeAt(at)) ? at + 1 : at;
  let end = start;
  while (isNameCharacter(text.charCodeAt(end))) end++;
  while (end > start && (text.charCodeAt(end - 1) === c.DOT || text.charCodeAt(end - 1) === c.MINUS)) end--;
  if (end === start || text.charCodeAt(end) === c.EQUALS || addressEnd(text, start) === end) return null;
  const name = text.slice(start, end);
  return NO_USER.has(name.toLowerCase()) ? null : name;
}

/** The name behind a cue that ends at `at`: `user root`, `username=root`, `Account Name:  root`. */
function nameAfterCue(text: string, at: number, keyOnly: boolean): string | null {
  let end = at;
  const nameWord = text.charCodeAt(end) === c.SPACE || text.charCodeAt(end) === c.UNDERSCORE ? end + 1 : end;
  if (text.startsWith('name', nameWord) || text.startsWith('Name', nameWord)) end = nameWord + 4;
  const mark = text.charCodeAt(end);
  if (mark === c.EQUALS) return nameAt(text, end + 1);
  if (mark === c.COLON) end++;
  else if (keyOnly) return null;
  const start = c.skipBlanks(text, end);
  return start > end || text.charCodeAt(end - 1) === c.SPACE ? nameAt(text, start) : null;
}

function nameByCue(text: string, cue: string): string | null {
  for (let at = text.indexOf(cue); at >= 0; at = text.indexOf(cue, at + cue.length)) {
    if (c.isAlphanumeric(text.charCodeAt(at - 1))) continue;
    const name = nameAfterCue(text, at + cue.length, isKeyOnly(cue));
    if (name !== null) return name;
  }
  return null;
}

/** `Failed password for root from …`; `for user root` and `for invalid user root` have a cue of their own. */
function nameAfterFor(text: string): string | null {
  for (let at = text.indexOf(' for '); at > 0; at = text.indexOf(' for ', at + 4)) {
    const wordStart = text.lastIndexOf(' ', at - 1) + 1;
    if (!TRIED_FOR.has(text.slice(wordStart, at).toLowerCase())) continue;
    if (text.startsWith('invalid ', at + 5) || text.startsWith('illegal ', at + 5)) continue;
    const name = nameAt(text, at + 5);
    if (name !== null) return name;
  }
  return null;
}

/** The first account that a cue names; null when the message names none. */
export function userIn(message: string): string | null {
  const text = message.length > MAX_SCANNED ? message.slice(0, MAX_SCANNED) : message;
  for (const cue of CUES) {
    const name = nameByCue(text, cue);
    if (name !== null) return name;
  }
  return nameAfterFor(text);
}
