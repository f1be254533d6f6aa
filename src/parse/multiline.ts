// Stack traces and other events that span lines, joined to one text each. Pure: it looks at the lines given and no
// further, so a caller that reads in blocks holds back the last event of a block until more lines came.

import { parseByFormat } from './formats.ts';
import {
  ANY_TIME,
  CLOSES_XML,
  EXCEPTION,
  isClosing,
  isFrame,
  isGoCall,
  isIndented,
  isTracePart,
  type LineView,
  MAX_JOINED_LINES,
  OPENS_XML,
  PYTHON_CHAIN,
  PYTHON_ERROR,
  PYTHON_TRACE,
  standsAlone,
  viewOf,
} from './trace-lines.ts';

export interface JoinedLine {
  /** The lines joined by line feeds; container headers only once, parts of a split line without any. */
  text: string;
  /** Index of the first line joined. */
  first: number;
  /** Number of lines joined, all in a row. */
  count: number;
}

export interface JoinLimits {
  maxLines: number;
  maxChars: number;
}

const DEFAULT_LIMITS: JoinLimits = { maxLines: MAX_JOINED_LINES, maxChars: 256 * 1024 };

type Trace = 'none' | 'frames' | 'python' | 'go' | 'xml';

class OpenEvent {
  readonly first: number;
  readonly stream: string | null;
  readonly opening: string;
  readonly parts: string[];
  count = 1;
  chars: number;
  trace: Trace = 'none';
  /** A container runtime split the line: the next part goes on where this one ends. */
  isPartial: boolean;
  private timed: boolean | null = null;

  constructor(first: number, raw: string, line: LineView) {
    this.first = first;
    this.stream = line.stream;
    this.isPartial = line.isPartial;
    this.opening = line.content;
    this.parts = [line.isPartial ? withFullTag(raw) : raw];
    this.chars = raw.length;
    if (/^(?:panic: |fatal error: |goroutine \d+ \[)/.test(line.content)) this.trace = 'go';
    else if (line.content === PYTHON_TRACE) this.trace = 'python';
    else if (line.content.startsWith(OPENS_XML) && !line.content.includes(CLOSES_XML)) this.trace = 'xml';
  }

  /** Whether its first line begins with a time, so that indented lines after it are its own. */
  get isTimed(): boolean {
    this.timed ??= parseByFormat(this.opening, ANY_TIME).timestampUs !== null;
    return this.timed;
  }

  add(line: LineView): void {
    if (this.isPartial) this.parts[this.parts.length - 1] += line.content;
    else this.parts.push(line.content);
    this.isPartial = line.isPartial;
    this.count++;
    this.chars += line.content.length + 1;
  }
}

/** The header of the first part says `F` once all parts are joined. */
const withFullTag = (raw: string): string => raw.replace(/ (stdout|stderr) P/, ' $1 F');

function continuesGo(line: string, next: string | undefined): boolean {
  if (line === '') return next !== undefined && (isTracePart(next) || isGoCall(next));
  return isIndented(line) || isTracePart(line) || isGoCall(line);
}

/** Frames are indented; the line of the exception ends the trace, unless another one follows from it. */
function continuesPython(event: OpenEvent, line: string, next: string | undefined): boolean {
  if (line === '') return next !== undefined && (PYTHON_CHAIN.test(next) || next === PYTHON_TRACE);
  if (isIndented(line) || PYTHON_CHAIN.test(line) || line === PYTHON_TRACE) return true;
  return isIndented(event.parts[event.parts.length - 1]!) && PYTHON_ERROR.test(line);
}

/** An event that has just logged an error is followed by its trace. */
function beginsTrace(event: OpenEvent, line: string, next: string | undefined): Trace {
  if (line === PYTHON_TRACE) return event.count === 1 && event.isTimed ? 'python' : 'none';
  const hasFrames = next !== undefined && isFrame(next);
  return hasFrames && EXCEPTION.test(line) && event.count === 1 && event.isTimed ? 'frames' : 'none';
}

function continues(event: OpenEvent, line: string, next: string | undefined): boolean {
  switch (event.trace) {
    case 'xml':
      if (line.includes(CLOSES_XML)) event.trace = 'none';
      return true;
    case 'go':
      return continuesGo(line, next);
    case 'python':
      return continuesPython(event, line, next);
    case 'frames':
    case 'none':
  }
  if (isFrame(line) || isTracePart(line)) {
    event.trace = 'frames';
    return true;
  }
  if (isIndented(line)) return event.trace === 'frames' || event.isTimed;
  if (isClosing(line)) return event.count > 1;
  event.trace = beginsTrace(event, line, next);
  return event.trace !== 'none';
}

/** Each event of the lines once, in order; every line is in exactly one of them. */
export function joinMultiline(lines: readonly string[], limits: JoinLimits = DEFAULT_LIMITS): JoinedLine[] {
  const joined: JoinedLine[] = [];
  const views = new Views(lines);
  let event: OpenEvent | null = null;
  for (let i = 0; i < lines.length; ) {
    const alone: number = event === null || isQuiet(event) ? aloneFrom(lines, i) : i;
    if (alone === i) {
      const own = takeLine(views, i++, event, limits);
      if (event !== null && event !== own) joined.push(closed(event));
      event = own;
    } else {
      if (event) joined.push(closed(event));
      // The last of them may yet turn out to open a trace.
      for (; i < alone - 1; i++) joined.push({ text: lines[i]!, first: i, count: 1 });
      event = new OpenEvent(i, lines[i]!, views.at(i)!);
      i++;
    }
  }
  if (event) joined.push(closed(event));
  return joined;
}

/** Lines that stand alone do not continue it. */
const isQuiet = (event: OpenEvent): boolean => event.trace === 'none' && !event.isPartial;

/** Where the lines from `from` on end that are events by themselves: a frame behind one may make it part of a trace. */
function aloneFrom(lines: readonly string[], from: number): number {
  let to = from;
  while (to < lines.length && standsAlone(lines[to]!)) to++;
  return to === lines.length ? to : Math.max(from, to - 1);
}

/** The event that line `i` belongs to: the open one, or one that it begins. */
function takeLine(views: Views, i: number, event: OpenEvent | null, limits: JoinLimits): OpenEvent {
  const line = views.at(i)!;
  if (event !== null && event.stream === line.stream && event.opening.trim() !== '') {
    const next = views.at(i + 1);
    const follows = next?.stream === line.stream ? next.content : undefined;
    const hasRoom = event.count < limits.maxLines && event.chars + line.content.length < limits.maxChars;
    if (hasRoom && (event.isPartial || continues(event, line.content, follows))) {
      event.add(line);
      return event;
    }
  }
  return new OpenEvent(i, views.lines[i]!, line);
}

/** Each line is looked at when the one before it is taken, and again when its turn comes: that is remembered. */
class Views {
  readonly lines: readonly string[];
  #index = -1;
  #view: LineView | null = null;

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** Null behind the last line. */
  at(index: number): LineView | null {
    if (index !== this.#index) {
      this.#index = index;
      this.#view = index < this.lines.length ? viewOf(this.lines[index]!) : null;
    }
    return this.#view;
  }
}

const closed = (event: OpenEvent): JoinedLine => ({
  text: event.count === 1 ? event.parts[0]! : event.parts.join('\n'),
  first: event.first,
  count: event.count,
});
