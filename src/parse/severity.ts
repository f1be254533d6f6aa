// How bad a message is by its words and the outcome they report, for the many lines that carry no severity. One pass
// over the words; what they mean is in severity-words.ts, what a word looks like in word-shape.ts, how a value undoes it in word-value.ts.

import { Severity } from '../domain/severity.ts';
import * as c from './chars.ts';
import { mixLetter, TELLING_WORDS, type TellingWord } from './severity-words.ts';
import { isClauseMark, isErrorName, isInnerApostrophe, isVerdict, isWord, isWordCode } from './word-shape.ts';
import { isNothing, isPartOfName, isZeroAt, numberAfter } from './word-value.ts';

const MAX_SCANNED = 8_192;
const FAR_BACK = -100;
/** How many words further a negation, a zero or a success is still felt. */
const ABSENCE_REACH = 3;
const NEGATOR_REACH = 2;
const SUCCESS_REACH = 2;
const EXIT_REACH = 3;
/** Behind these a zero counts something: `with 0 failed`, not `disk 0 failed`. */
const BEFORE_COUNT = new Set([
  'with',
  'and',
  'had',
  'has',
  'have',
  'found',
  'of',
  'there',
  'were',
  'are',
  'is',
  'or',
]);

class SeverityScan {
  private readonly text: string;
  private readonly end: number;
  private index = 0;
  private previousStart = 0;
  private previousEnd = 0;
  private negatedUntil = FAR_BACK;
  /** It has already undone a bad word: in `no errors found` the finding is not negated. */
  private negationServed = false;
  private unableUntil = FAR_BACK;
  private zeroUntil = FAR_BACK;
  private zeroCounts = false;
  private successUntil = FAR_BACK;
  private exitUntil = FAR_BACK;
  private excused = false;
  private recovered = false;
  private succeeded = false;
  private good = false;
  private worst = -1;
  private worstRetry = -1;
  private verdict: Severity | null = null;

  constructor(text: string) {
    this.text = text;
    this.end = Math.min(text.length, MAX_SCANNED);
  }

  run(): Severity | null {
    const { text, end } = this;
    for (let at = 0; at < end && this.verdict === null; ) {
      const code = text.charCodeAt(at);
      if (isWordCode(code)) at = this.readWord(at);
      else if (c.isDigit(code)) at = this.readNumber(at);
      else {
        if (isClauseMark(code)) this.endClause();
        at++;
      }
    }
    return this.verdict ?? this.outcome();
  }

  private outcome(): Severity | null {
    if (this.recovered) return Severity.INFO;
    const worst = Math.max(this.worst, this.succeeded ? -1 : this.worstRetry);
    if (worst >= 0) return worst as Severity;
    return this.good || this.succeeded ? Severity.INFO : null;
  }

  private endClause(): void {
    this.negatedUntil = FAR_BACK;
    this.zeroUntil = FAR_BACK;
  }

  private readWord(start: number): number {
    const { text } = this;
    let hash = 0;
    let at = start;
    for (let code = text.charCodeAt(at); isWordCode(code) || isInnerApostrophe(text, at, code); ) {
      hash = mixLetter(hash, code);
      code = text.charCodeAt(++at);
    }
    this.index++;
    const entry = TELLING_WORDS.get(hash);
    if (entry !== undefined && isWord(text, start, at, entry.word)) this.weigh(entry, start, at);
    else if (isErrorName(text, start, at)) this.addBad(Severity.ERROR, false);
    this.previousStart = start;
    this.previousEnd = at;
    return at;
  }

  private readNumber(start: number): number {
    const { text } = this;
    let at = start + 1;
    while (c.isAlphanumeric(text.charCodeAt(at))) at++;
    this.index++;
    const before = text.charCodeAt(start - 1);
    const standsAlone =
      Number.isNaN(before) || c.isBlank(before) || before === c.OPEN_PAREN || before === c.OPEN_BRACKET;
    if (at === start + 1 && text.charCodeAt(start) === c.ZERO && standsAlone && isZeroAt(text, start)) {
      this.zeroUntil = this.index + ABSENCE_REACH;
      this.zeroCounts =
        start < 2 || !isWordCode(text.charCodeAt(start - 2)) || BEFORE_COUNT.has(this.previousWord());
    }
    this.previousStart = this.previousEnd = at;
    return at;
  }

  private previousWord(): string {
    return this.text.slice(this.previousStart, this.previousEnd).toLowerCase();
  }

  private negate(reach: number): void {
    this.negatedUntil = this.index + reach;
    this.negationServed = false;
  }

  private isNegated(): boolean {
    return this.index <= this.negatedUntil;
  }

  private weigh(entry: TellingWord, start: number, end: number): void {
    if (entry.role === 'prefix') {
      this.negate(1);
      return;
    }
    if (entry.verdict !== null && isVerdict(this.text, start, end)) this.verdict = entry.verdict;
    if (entry.word !== 'oom' && isPartOfName(this.text, start, end)) return;
    const isBehind = entry.behind?.has(this.previousWord()) ?? false;
    switch (entry.role) {
      case 'bad':
      case 'retry':
        this.weighBad(entry, end);
        return;
      case 'context':
        if (!isBehind) return;
        if (entry.severity > Severity.INFO) this.addBad(entry.severity, false);
        else this.good = true;
        return;
      case 'recovery':
        if (entry.behind === null || isBehind) this.weighGood(entry, end);
        return;
      case 'good':
      case 'success':
      case 'neutral':
        this.weighGood(entry, end);
        return;
      case 'inability':
        if (!this.isNegated()) this.addBad(entry.severity, false);
        this.unableUntil = this.index + ABSENCE_REACH;
        return;
      case 'absence':
        this.negate(ABSENCE_REACH);
        return;
      case 'negator':
        this.negate(NEGATOR_REACH);
        if (isBehind) this.addBad(Severity.ERROR, false);
        return;
      case 'after':
        if (this.index <= this.successUntil) this.excused = true;
        return;
      case 'turn':
        this.endClause();
        return;
      case 'exit':
        this.exitUntil = this.index + EXIT_REACH;
        return;
      case 'code':
        this.weighExitCode(end);
        return;
    }
  }

  private weighBad(entry: TellingWord, end: number): void {
    const { text } = this;
    const isPlural = (text.charCodeAt(end - 1) | 32) === 115;
    const isNone =
      this.isNegated() ||
      (this.index <= this.zeroUntil && (isPlural || this.zeroCounts)) ||
      isNothing(text, end, isPlural || entry.word === 'failed');
    if (isNone) {
      this.good = true;
      if (this.isNegated()) this.negate(NEGATOR_REACH);
      this.negationServed = true;
      return;
    }
    if (entry.word.startsWith('timeout') && numberAfter(text, end) !== null) return;
    this.addBad(entry.severity, entry.role === 'retry');
  }

  private addBad(severity: Severity, isRetry: boolean): void {
    if (this.excused) return;
    if (isRetry) this.worstRetry = Math.max(this.worstRetry, severity);
    else this.worst = Math.max(this.worst, severity);
  }

  private weighGood(entry: TellingWord, end: number): void {
    if (this.isNegated() && !this.negationServed) {
      this.addBad(entry.severity, false);
      this.negatedUntil = FAR_BACK;
      return;
    }
    if (entry.role === 'neutral' || this.index <= this.unableUntil) return;
    if (entry.role === 'recovery') this.recovered = true;
    else if (entry.role === 'good') this.good = true;
    else if (isNothing(this.text, end)) this.addBad(entry.severity, false);
    else {
      this.succeeded = true;
      this.successUntil = this.index + SUCCESS_REACH;
    }
  }

  private weighExitCode(end: number): void {
    if (this.index > this.exitUntil) return;
    const value = numberAfter(this.text, end);
    if (value === 0) this.good = true;
    else if (value !== null) this.addBad(Severity.ERROR, false);
  }
}

/** Inferred from the words and the outcome of a message that carries no severity; null: no telling word. */
export function inferSeverity(message: string): Severity | null {
  return new SeverityScan(message).run();
}
