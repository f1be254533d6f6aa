// Reads a message as the report of a state, so that a recovery can be matched with the problem that it ends.
import type { Analysis } from './analysis.ts';
import { IS_STATE } from './atoms.ts';
import { HASH_SEED_1, HASH_SEED_2, step1, step2 } from './hash.ts';
import { hex32 } from './key.ts';
import { kindOf } from './parameters.ts';
import { type Value, valuesOf } from './values.ts';
import {
  LITERALS,
  NEGATIONS,
  NUMBERED_NOUNS,
  STATE_CARRIERS,
  STATE_WORDS,
  SWITCH_VERBS,
} from './wordlists.ts';

export interface StatePairing {
  /** Equal for a problem and its recovery: `p1:` and 16 hexadecimal digits. */
  pairKey: string;
  role: 'PROBLEM' | 'RECOVERY';
}

interface TellingState {
  /** The token of the state word. */
  token: number;
  /** Where its phrase begins: `is not` of `is not responding` is part of it. */
  phraseStart: number;
  role: StatePairing['role'];
  /** Enough words stand before the phrase to say whose state it is; what follows may differ. */
  byPrefix: boolean;
}

const MIN_OTHER_WORDS = 2;
const MAX_NAMING_DIGITS = 5;
const LITERAL_WORDS: ReadonlySet<string> = new Set(LITERALS);

/** Null when no word tells a state, or fewer than two other words say whose it is. */
export function pairingOf(analysis: Analysis, partition: string): StatePairing | null {
  const state = tellingState(analysis);
  if (!state) return null;
  const { form } = analysis;
  const end = state.byPrefix ? state.phraseStart : form.count;
  let lane1 = HASH_SEED_1 ^ (state.byPrefix ? 1 : 2);
  let lane2 = HASH_SEED_2;
  for (let i = 0; i < partition.length; i++) {
    lane1 = step1(lane1, partition.charCodeAt(i));
    lane2 = step2(lane2, partition.charCodeAt(i));
  }
  for (let t = 0; t < end; t++) {
    if (t >= state.phraseStart && t <= state.token) continue;
    lane1 = step1(lane1, form.hash[t]!);
    lane2 = step2(lane2, form.hash2[t]!);
  }
  return { pairKey: `p1:${hex32(lane1)}${hex32(lane2)}`, role: state.role };
}

/** The values that say whose state it is, joined by `|`: those before the state's phrase, else the first behind it. */
export function correlationOf(analysis: Analysis): string {
  const { form } = analysis;
  const state = tellingState(analysis);
  const end = state?.byPrefix ? state.phraseStart : form.count;
  const names = namesWithin(analysis, 0, end);
  for (let t = end; t < form.count && names.length === 0; t++) names.push(...namesWithin(analysis, t, t + 1));
  return names.join('|');
}

function tellingState(analysis: Analysis): TellingState | null {
  const { form } = analysis;
  let words = 0;
  let found: TellingState | null = null;
  for (let t = 0; t < form.count; t++) {
    if (form.isVariable[t] === 1) continue;
    if (!found?.byPrefix) {
      const state = stateAt(analysis, t, words >= MIN_OTHER_WORDS);
      if (state && (!found || state.byPrefix)) found = state;
    }
    words++;
  }
  return words > MIN_OTHER_WORDS ? found : null;
}

function stateAt(analysis: Analysis, token: number, byPrefix: boolean): TellingState | null {
  const role = roleAt(analysis, token);
  if (role === null) return null;
  let phraseStart = token;
  let negated = false;
  while (phraseStart > 0 && analysis.form.isVariable[phraseStart - 1] === 0) {
    const word = analysis.word(phraseStart - 1).toLowerCase();
    if (NEGATIONS.has(word)) negated = !negated;
    else if (!STATE_CARRIERS.has(word)) break;
    phraseStart--;
  }
  return { token, phraseStart, role: negated ? opposite(role) : role, byPrefix };
}

function roleAt(analysis: Analysis, token: number): StatePairing['role'] | null {
  const { atoms, form } = analysis;
  if ((atoms.traits[form.first[token]!]! & IS_STATE) === 0) return null;
  const word = analysis.word(token).toLowerCase();
  if (word === 'on' || word === 'off') {
    const switched =
      token > 0 &&
      form.isVariable[token - 1] === 0 &&
      SWITCH_VERBS.has(analysis.word(token - 1).toLowerCase());
    return switched ? (word === 'on' ? 'RECOVERY' : 'PROBLEM') : null;
  }
  const role = STATE_WORDS.get(word);
  return role === undefined || role === 'NEITHER' ? null : role;
}

function opposite(role: StatePairing['role']): StatePairing['role'] {
  return role === 'PROBLEM' ? 'RECOVERY' : 'PROBLEM';
}

function namesWithin(analysis: Analysis, from: number, to: number): string[] {
  const names: string[] = [];
  for (let t = from; t < to; t++) {
    if (analysis.form.isVariable[t] === 0) continue;
    for (const value of valuesOf(analysis, t)) {
      if (namesAThing(analysis, value)) names.push(analysis.text.slice(value.start, value.end));
    }
  }
  return names;
}

/** Whether a value names a thing, rather than measures it or tells when. */
function namesAThing(analysis: Analysis, value: Value): boolean {
  const text = analysis.text.slice(value.start, value.end);
  switch (kindOf(analysis, value)) {
    case 'time':
    case 'duration':
      return false;
    case 'number':
      return /^\d+$/.test(text) && text.length <= MAX_NAMING_DIGITS && isNumberedNoun(analysis, value.first);
    case 'hex':
      return !text.startsWith('0x');
    default:
      return !LITERAL_WORDS.has(text);
  }
}

function isNumberedNoun({ atoms, text }: Analysis, a: number): boolean {
  if (text.charCodeAt(atoms.start[a]! - 1) === 35) return true; // #3
  if (a === 0 || atoms.start[a]! - atoms.end[a - 1]! > 2) return false;
  return NUMBERED_NOUNS.has(text.slice(atoms.start[a - 1]!, atoms.end[a - 1]!).toLowerCase());
}
