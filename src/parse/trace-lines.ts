// What lines of traces and of other events that span lines look like.

import * as c from './chars.ts';
import { criHeaderOf } from './cri.ts';

/** Lines of one event at the most: what follows them is an event of its own. */
export const MAX_JOINED_LINES = 1_000;

/** Only whether a line has a time matters here, not which. */
export const ANY_TIME = { referenceUs: 0 };

/** Indented lines that are part of a trace whatever stood before: Java, .NET, Node, Ruby, Python. */
const FRAME = /^\s+(?:at |from |File "|\.\.\. \d+ |--- |suppressed: )/i;
/** Lines of a trace that are not indented. */
const TRACE_PART =
  /^(?:Caused by: |Suppressed: |\.\.\. \d+ (?:more|common frames)|at [\w$.<>]+\(|goroutine \d+ \[|created by |\[signal |exit status \d+$)/;
export const EXCEPTION = /^(?:[A-Za-z_$][\w$]*\.)+[\w$]*(?:Exception|Error|Throwable)\b/;
/** `main.load(0x3)`, `main.(*Cache).load(…)`. */
const GO_CALL = /^[\w./*-]+\(/;
const CLOSING = /^[}\])]+[,;]?$/;
export const PYTHON_TRACE = 'Traceback (most recent call last):';
export const PYTHON_CHAIN =
  /^(?:During handling of the above exception|The above exception was the direct cause)/;
export const PYTHON_ERROR = /^[A-Za-z_][\w.]*(?:: .*)?$/;

export const OPENS_XML = '<Event';
export const CLOSES_XML = '</Event>';

const MAX_PLAIN_SPACE = 32;
const MAX_ASCII = 127;
/** In a container's line its time has a T here: see cri.ts. */
const CRI_MARK_AT = 10;
const CRI_MARK = 84;

/** How lines begin that are part of a trace or open one. */
const TRACE_OPENINGS = [
  ...['Caused by: ', 'Suppressed: ', '... ', 'at ', 'goroutine ', 'created by ', '[signal ', 'exit status '],
  ...['panic: ', 'fatal error: ', PYTHON_TRACE, OPENS_XML],
];
const ANY_CODE = -1;

/** For each first character of such a line the second one: no two openings share the first. */
function secondCodes(): Int16Array {
  const codes = new Int16Array(MAX_ASCII + 1).fill(ANY_CODE, 0, MAX_PLAIN_SPACE + 1);
  for (const closer of CLOSERS) codes[closer.charCodeAt(0)] = ANY_CODE;
  for (const opening of TRACE_OPENINGS) codes[opening.charCodeAt(0)] = opening.charCodeAt(1);
  return codes;
}

/**
 * Whether the line is an event by itself beyond doubt, unless a trace is open before it or a frame follows it. Looks at
 * three characters, which tell most lines from those that need a longer look.
 */
export function standsAlone(raw: string): boolean {
  if (raw.length <= CRI_MARK_AT || raw.charCodeAt(CRI_MARK_AT) === CRI_MARK) return false;
  const code = raw.charCodeAt(0);
  if (code > MAX_ASCII) return false;
  const second = SECOND_CODES[code]!;
  return second === 0 || (second !== ANY_CODE && second !== raw.charCodeAt(1));
}

// A look at the first character spares most lines the pattern.
export function isFrame(line: string): boolean {
  const code = line.charCodeAt(0);
  return (code <= MAX_PLAIN_SPACE || code > MAX_ASCII) && FRAME.test(line);
}

export function isTracePart(line: string): boolean {
  return TRACE_PART_STARTS.includes(line.charAt(0)) && TRACE_PART.test(line);
}

export function isClosing(line: string): boolean {
  return CLOSERS.includes(line.charAt(0)) && CLOSING.test(line);
}

const TRACE_PART_STARTS = 'CS.agc[e';
const CLOSERS = '}])';
const SECOND_CODES = secondCodes();

export const isIndented = (line: string): boolean => c.isBlank(line.charCodeAt(0)) && line.trim() !== '';

export interface LineView {
  content: string;
  stream: string | null;
  isPartial: boolean;
}

export function viewOf(raw: string): LineView {
  const header = criHeaderOf(raw, ANY_TIME);
  if (!header) return { content: raw, stream: null, isPartial: false };
  return { content: raw.slice(header.contentAt), stream: header.stream, isPartial: header.isPartial };
}

export const isGoCall = (line: string): boolean => line.endsWith(')') && GO_CALL.test(line);

/**
 * Whether the line begins an event whatever event is open before it and whatever line follows. Not so within XML, and
 * behind a part of a line that a container runtime split.
 */
export function beginsEvent(raw: string): boolean {
  const { content } = viewOf(raw);
  if (content.trim() === '' || isIndented(content) || isGoCall(content)) return false;
  if (isFrame(content) || isTracePart(content) || isClosing(content)) return false;
  return content !== PYTHON_TRACE && !BELONGING.some((shape) => shape.test(content));
}

const BELONGING = [EXCEPTION, PYTHON_CHAIN, PYTHON_ERROR];
