// What kind of thing each value of a line is.
import type { Analysis } from './analysis.ts';
import { AFTER_COLON, AFTER_EQUALS, IS_QUOTED, WORD } from './atoms.ts';
import { DIGIT } from './characters.ts';
import { CALENDAR_WORD, wordClasses } from './lexicon.ts';
import { type Value, valuesOf } from './values.ts';

export type ParameterKind =
  | 'ip'
  | 'number'
  | 'duration'
  | 'path'
  | 'uuid'
  | 'hex'
  | 'user'
  | 'host'
  | 'time'
  | 'text';

/** One value behind a variable; `index` counts the `<*>` of the message's own pattern from 0. */
export interface Parameter {
  index: number;
  kind: ParameterKind;
  value: string;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/;
const IPV6 = /^(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:\/\d{1,3})?$/i;
const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;
const NUMBER =
  /^[-+]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?(?: ?(?:[KMGTkmgt]i?)?[Bb](?:it|its|ps|yte|ytes)?| ?[kKMG]?Hz| ?pct| ?percent)?$/;
const DURATION =
  /^[-+]?(?:\d+(?:\.\d+)? ?(?:ns|us|µs|ms|msecs?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?))+$/;
const CLOCK = /^\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?Z?$/;
const DATE =
  /^\d{4}[-./]\d\d[-./]\d\d(?:[T ].*)?$|^\d{1,2}[-/](?:\d{1,2}|[A-Z][a-z]{2})[-/]\d{4}(?:[ :].*)?$/;
const HEX = /^0x[0-9a-f]+$|^(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}$|^[a-f]{8,}$/i;
const PATH = /^(?:~?\/|[A-Za-z]:\\|\\\\)|\/.*\/|:\/\//;
/** `GigabitEthernet0/1`, `ge-0/0/1.100`: an interface, for all its slashes. */
const INTERFACE = /^[A-Za-z-]+\d+(?:\/\d+)+(?:[.:]\d+)*$/;
const USER = /^[^\s\\]+\\[^\s\\]+$|^[^\s@/]+@[^\s@/]+$/;
const HOST = /^(?=.*[A-Za-z])[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+$/;
const USER_KEY = /^(?:user|username|ruser|logname|acct|account|login|principal)$/i;
const HOST_KEY = /^(?:host|rhost|hostname|server|node|fqdn)$/i;

/** The values of the analysed line with their kinds, in order. */
export function parametersOfAnalysis(analysis: Analysis): Parameter[] {
  const parameters: Parameter[] = [];
  for (let token = 0; token < analysis.form.count; token++) {
    if (analysis.form.isVariable[token] === 0) continue;
    for (const value of valuesOf(analysis, token)) {
      parameters.push({
        index: parameters.length,
        kind: kindOf(analysis, value),
        value: analysis.text.slice(value.start, value.end),
      });
    }
  }
  return parameters;
}

/** The kind of one value, by its shape and the word that introduces it. */
export function kindOf(analysis: Analysis, value: Value): ParameterKind {
  const text = analysis.text.slice(value.start, value.end);
  if (UUID.test(text)) return 'uuid';
  if (IPV4.test(text) || isIpv6(text)) return 'ip';
  if (CLOCK.test(text) || DATE.test(text) || isDate(analysis, value)) return 'time';
  if (NUMBER.test(text)) return 'number';
  if (DURATION.test(text)) return 'duration';
  const introducedBy = introducingWord(analysis, value.first);
  if (USER_KEY.test(introducedBy)) return 'user';
  if (HEX.test(text)) return 'hex';
  if (PATH.test(text) && !INTERFACE.test(text)) return 'path';
  if (USER.test(text)) return 'user';
  return HOST.test(text) || MAC.test(text) || HOST_KEY.test(introducedBy) ? 'host' : 'text';
}

function isIpv6(text: string): boolean {
  return IPV6.test(text) && !CLOCK.test(text) && (text.includes('::') || text.split(':').length === 8);
}

function isDate({ atoms }: Analysis, value: Value): boolean {
  if (value.first === value.last) return false;
  for (let a = value.first; a <= value.last; a++) {
    const plain = (atoms.traits[a]! & (DIGIT | IS_QUOTED)) === 0;
    if (plain && (wordClasses(atoms.hash[a]!, atoms.hash2[a]!) & CALENDAR_WORD) !== 0) return true;
  }
  return false;
}

/** `user` of `user=x`, `user: x` and `user x`; '' when no word stands right before. */
function introducingWord({ atoms, text }: Analysis, a: number): string {
  if (a === 0 || atoms.role[a - 1] !== WORD) return '';
  const gap = atoms.start[a]! - atoms.end[a - 1]!;
  const near = gap <= 1 || ((atoms.before[a]! & (AFTER_EQUALS | AFTER_COLON)) !== 0 && gap <= 3);
  return near ? text.slice(atoms.start[a - 1]!, atoms.end[a - 1]!) : '';
}
