// The tag of a syslog line, `program[pid]:`, in the shapes that real programs give it.

import * as c from './chars.ts';
import { severityOfWord } from './level.ts';

export interface SyslogTag {
  program: string;
  pid: number | null;
  /** What stands in the brackets when it is no process id. */
  instance: string | null;
  /** As in `syslogd 1.4.1:`. */
  version: string | null;
  /** The index after the tag and its colon. */
  end: number;
}

const MAX_TAG_LENGTH = 128;
/** As in `Google Chrome Helper[812]:`. */
const MAX_WORDS = 4;

/** Letters, digits and what programs and units have in their names; the parentheses of `run-parts(/etc/…)` too. */
function isTagCharacter(code: number): boolean {
  if (c.isAlphanumeric(code) || (code >= c.PLUS && code <= c.SLASH && code !== c.COMMA)) return true;
  return (
    code === c.UNDERSCORE || code === 64 || code === 35 || code === 126 || code === c.BACKSLASH || code > 127
  );
}

/** The index after the name that starts at `at`: balanced parentheses may hold anything but blanks. */
function nameEnd(text: string, at: number): number {
  let depth = 0;
  let i = at;
  for (const limit = Math.min(text.length, at + MAX_TAG_LENGTH); i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === c.OPEN_PAREN) depth++;
    else if (code === c.CLOSE_PAREN && depth > 0) depth--;
    else if (depth > 0 ? c.isBlank(code) : !isTagCharacter(code)) break;
  }
  return depth === 0 ? i : at;
}

const isNumber = (text: string): boolean => c.digitsEnd(text, 0) === text.length;

/** The index of the parenthesis that closes `(unit):` at `open`, for whom launchd or a sandbox speaks; -1 without one. */
function actedForEnd(text: string, open: number): number {
  if (text.charCodeAt(open) !== c.OPEN_PAREN) return -1;
  const close = text.indexOf('):', open);
  const isOne = close > open + 1 && close - open <= MAX_TAG_LENGTH && c.tokenEnd(text, open) > close;
  return isOne ? close : -1;
}

/** `[pid]` at `open`, followed by a colon or by ` (unit):`. */
function bracketedTag(text: string, at: number, open: number): SyslogTag | null {
  const close = c.indexWithin(text, c.CLOSE_BRACKET, open, open + MAX_TAG_LENGTH);
  if (close <= open + 1) return null;
  const pid = close - open <= 11 ? c.digitsAt(text, open + 1, close - open - 1) : -1;
  const isPid = pid >= 0;
  const program = text.slice(at, open);
  const next = text.charCodeAt(close + 1);
  if (next === c.COLON) {
    const instance = isPid ? null : text.slice(open + 1, close);
    return { program, pid: isPid ? pid : null, instance, version: null, end: close + 2 };
  }
  const actedFor = isPid && next === c.SPACE ? actedForEnd(text, close + 2) : -1;
  if (actedFor < 0) return null;
  const instance = text.slice(close + 3, actedFor);
  return { program, pid, instance, version: null, end: actedFor + 2 };
}

/** The index after the version at `at`, as in `syslogd 1.4.1:`; `at` when there is none. */
function versionEnd(text: string, at: number): number {
  let end = at;
  while (c.isDigit(text.charCodeAt(end)) || (end > at && text.charCodeAt(end) === c.DOT)) end++;
  return text.charCodeAt(end - 1) === c.DOT ? at : end;
}

/** A program that has its version in its name, followed by the end of a tag. */
function versionedTag(text: string, at: number, firstEnd: number): SyslogTag | null {
  const end = versionEnd(text, firstEnd + 1);
  if (end === firstEnd + 1) return null;
  const program = text.slice(at, firstEnd);
  const version = text.slice(firstEnd + 1, end);
  if (text.charCodeAt(end) === c.OPEN_BRACKET) {
    const tag = bracketedTag(text, at, end);
    return tag && { ...tag, program, version };
  }
  const isTag = text.charCodeAt(end) === c.COLON && version.includes('.');
  return isTag ? { program, pid: null, instance: null, version, end: end + 1 } : null;
}

/** Names with spaces count only when each word is capitalised and a process id follows; `-- root[12]:` is login's. */
function spacedTag(text: string, at: number, firstEnd: number): SyslogTag | null {
  let end = firstEnd;
  for (let words = 1; words < MAX_WORDS && text.charCodeAt(end) === c.SPACE; words++) {
    if (!c.isUpper(text.charCodeAt(at))) return null;
    if (!c.isUpper(text.charCodeAt(end + 1))) return null;
    const next = nameEnd(text, end + 1);
    if (text.charCodeAt(next) === c.OPEN_BRACKET) return bracketedTag(text, at, next);
    end = next;
  }
  return null;
}

/**
 * The tag that starts at `at`; null when the text there is already the message. `afterHost`: names with spaces are
 * looked for too; before it the first word is the host.
 */
export function syslogTagAt(text: string, at: number, afterHost: boolean): SyslogTag | null {
  const isLogin = text.startsWith('-- ', at);
  const start = isLogin ? at + 3 : at;
  const end = nameEnd(text, start);
  if (end === start) return null;
  const code = text.charCodeAt(end);
  if (code === c.OPEN_BRACKET) return bracketedTag(text, start, end);
  if (isLogin) return null;
  if (code === c.SPACE) {
    return afterHost ? (spacedTag(text, start, end) ?? versionedTag(text, start, end)) : null;
  }
  const next = text.charCodeAt(end + 1);
  if (code !== c.COLON || !(c.isBlank(next) || Number.isNaN(next))) return null;
  const program = text.slice(start, end);
  if (isNumber(program) || severityOfWord(program) !== null) return null;
  return { program, pid: null, instance: null, version: null, end: end + 1 };
}
