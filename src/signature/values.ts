// The values printed into a line: atoms that only mean something together (`5 ms`, `Nov 12 03:04:05`) are one value.

import type { Analysis } from './analysis.ts';
import { AFTER_EQUALS, IS_QUOTED } from './atoms.ts';
import { COLON, DIGIT } from './characters.ts';
import { CALENDAR_WORD, UNIT, wordClasses } from './lexicon.ts';

export interface Value {
  start: number;
  end: number;
  /** The first and last atom. */
  first: number;
  last: number;
}

const DATE =
  /^\d{4}-\d\d-\d\d(?:T\d\d)?$|^\d{1,4}\/\d{1,2}\/\d{1,4}$|^\d{1,2}[-/][A-Z][a-z]{2}[-/]\d{4}$|^\d{4}\.\d\d\.\d\d$/;
const TIME_OR_YEAR = /^\d{1,4}(?::\d\d){0,2}(?:[.,]\d+)?Z?$|^[+-]?\d{4}$/;
const IPV4_WITH_PORT = /^\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}$/;
const DAY = /^\d{1,2}$/;
const DATE_GAP = /^(?:[ ,:]|, | {2})$/;
const SIGN = /(?:^|[\s=([{,:<>])([-+])$/;

/** The values of the run of variables that is `token` of the form, in order. */
export function valuesOf(analysis: Analysis, token: number): Value[] {
  const { atoms, form, text } = analysis;
  const values: Value[] = [];
  const last = form.last[token]!;
  for (let a = form.first[token]!; a <= last; a++) {
    const previous = values.at(-1);
    const gap = previous ? text.slice(previous.end, atoms.start[a]!) : '';
    if (previous && (isUnitOf(analysis, previous, a, gap) || continuesDate(analysis, previous, a, gap))) {
      previous.end = atoms.end[a]!;
      previous.last = a;
    } else {
      const start = startOfValue(analysis, a);
      const port = portWithin(text, start, atoms.end[a]!);
      if (port > 0) values.push({ start, end: port - 1, first: a, last: a });
      values.push({ start: port > 0 ? port : start, end: atoms.end[a]!, first: a, last: a });
    }
  }
  return values;
}

/** Where the port starts in `10.0.0.1:8080`, which the scanner reads as one atom; 0 when there is none. */
function portWithin(text: string, start: number, end: number): number {
  const colon = text.indexOf(':', start);
  return colon > 0 && colon < end && IPV4_WITH_PORT.test(text.slice(start, end)) ? colon + 1 : 0;
}

/** A minus or plus in front of a number belongs to it. */
export function startOfValue({ atoms, text }: Analysis, a: number): number {
  const start = atoms.start[a]!;
  if (start === 0 || (atoms.traits[a]! & DIGIT) === 0) return start;
  const code = text.charCodeAt(start - 1);
  if (code !== 43 && code !== 45) return start;
  return SIGN.test(text.slice(Math.max(0, start - 2), start)) ? start - 1 : start;
}

function classesOf({ atoms }: Analysis, a: number): number {
  if ((atoms.traits[a]! & (DIGIT | IS_QUOTED)) !== 0) return 0;
  return wordClasses(atoms.hash[a]!, atoms.hash2[a]!);
}

function isUnitOf(analysis: Analysis, value: Value, a: number, gap: string): boolean {
  if (gap !== '' && gap !== ' ') return false;
  const numeric = value.first === value.last && (analysis.atoms.traits[value.first]! & DIGIT) !== 0;
  return numeric && (classesOf(analysis, a) & UNIT) !== 0;
}

function isCalendar(analysis: Analysis, a: number): boolean {
  return (classesOf(analysis, a) & CALENDAR_WORD) !== 0;
}

function continuesDate(analysis: Analysis, value: Value, a: number, gap: string): boolean {
  if (!DATE_GAP.test(gap) || (analysis.atoms.before[a]! & AFTER_EQUALS) !== 0) return false;
  const { atoms, text } = analysis;
  const sofar = text.slice(value.start, value.end);
  const timeBefore = (atoms.traits[value.last]! & COLON) !== 0;
  const dateBefore = isCalendar(analysis, value.first) || isCalendar(analysis, value.last);
  if (isCalendar(analysis, a)) return dateBefore || timeBefore || DAY.test(sofar);
  const next = text.slice(atoms.start[a]!, atoms.end[a]!);
  return TIME_OR_YEAR.test(next) && (dateBefore || ((timeBefore || DATE.test(sofar)) && next.length > 1));
}
