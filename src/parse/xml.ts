// The small part of XML that event exports use: elements, attributes and text. No DTD, so no entities of its own, and
// nothing is ever fetched or expanded.

import * as c from './chars.ts';
import type { JsonObject } from './json-object.ts';
import { setField } from './parsed-line.ts';

const MAX_DEPTH = 32;
/** Far more than an event of the log may have: what is longer is no event. */
const MAX_LENGTH = 1024 * 1024;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot|apos));/gi;
const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (_, decimal?: string, hex?: string, name?: string) =>
    decimal
      ? characterOf(Number(decimal))
      : hex
        ? characterOf(Number.parseInt(hex, 16))
        : NAMED[name!.toLowerCase()]!,
  );
}

interface OpenElement {
  name: string;
  element: JsonObject;
  text: string;
}

const isNameCode = (code: number): boolean =>
  c.isAlphanumeric(code) ||
  code === c.UNDERSCORE ||
  code === c.COLON ||
  code === c.DOT ||
  code === c.MINUS ||
  code > 127;

function nameEnd(text: string, at: number): number {
  let end = at;
  while (isNameCode(text.charCodeAt(end))) end++;
  return end;
}

/** The attributes from `at` on into `element`; the index of what follows them, or -1 when one is malformed. */
function readAttributes(text: string, from: number, element: JsonObject): number {
  let at = c.skipBlanks(text, from);
  while (isNameCode(text.charCodeAt(at))) {
    const end = nameEnd(text, at);
    const equals = c.skipBlanks(text, end);
    const open = c.skipBlanks(text, equals + 1);
    const quote = text.charAt(open);
    const close = quote === '"' || quote === "'" ? text.indexOf(quote, open + 1) : -1;
    if (text.charCodeAt(equals) !== c.EQUALS || close < 0) return -1;
    setField(element, text.slice(at, end), unescaped(text.slice(open + 1, close)));
    at = c.skipBlanks(text, close + 1);
  }
  return at;
}

/** The index after `mark`, or -1. */
function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}

/** An element without children or attributes is its text; children of one name become a list. */
function addChild(parent: OpenElement, child: OpenElement): void {
  const text = child.text.trim();
  const isLeaf = Object.keys(child.element).length === 0;
  if (!isLeaf && text !== '') child.element['#text'] = text;
  const value = isLeaf ? text : child.element;
  const before = Object.hasOwn(parent.element, child.name) ? parent.element[child.name] : undefined;
  if (before === undefined) setField(parent.element, child.name, value);
  else if (Array.isArray(before)) before.push(value);
  else setField(parent.element, child.name, [before, value]);
}

class XmlReader {
  private readonly text: string;
  private readonly stack: OpenElement[] = [{ name: '', element: {}, text: '' }];

  constructor(text: string) {
    this.text = text;
  }

  private get top(): OpenElement {
    return this.stack[this.stack.length - 1]!;
  }

  /** The only element at the top; null when elements are open or there is none. */
  get root(): JsonObject | null {
    const root = this.stack.length === 1 ? Object.values(this.top.element)[0] : undefined;
    return typeof root === 'object' && root !== null && !Array.isArray(root) ? (root as JsonObject) : null;
  }

  /** False when the markup is malformed or too deep. */
  readFrom(from: number): boolean {
    const { text } = this;
    for (let at = from; at < text.length; ) {
      const open = text.indexOf('<', at);
      this.top.text += unescaped(text.slice(at, open < 0 ? text.length : open));
      if (open < 0) return true;
      at = this.readMarkup(open);
      if (at < 0) return false;
    }
    return true;
  }

  /** The index after the markup at `open`, or -1. */
  private readMarkup(open: number): number {
    const { text } = this;
    if (text.startsWith('<!--', open)) return after(text, '-->', open + 4);
    if (text.startsWith('<?', open)) return after(text, '?>', open + 2);
    if (text.startsWith('<![CDATA[', open)) {
      const end = after(text, ']]>', open + 9);
      if (end > 0) this.top.text += text.slice(open + 9, end - 3);
      return end;
    }
    return text.charCodeAt(open + 1) === c.SLASH ? this.readEnd(open + 2) : this.readStart(open + 1);
  }

  private readEnd(at: number): number {
    const nameStop = nameEnd(this.text, at);
    const close = c.skipBlanks(this.text, nameStop);
    const isOpen = this.stack.length > 1 && this.top.name === this.text.slice(at, nameStop);
    if (!isOpen || this.text.charCodeAt(close) !== c.GREATER_THAN) return -1;
    const element = this.stack.pop()!;
    addChild(this.top, element);
    return close + 1;
  }

  private readStart(at: number): number {
    const nameStop = nameEnd(this.text, at);
    const opened: OpenElement = { name: this.text.slice(at, nameStop), element: {}, text: '' };
    let end = nameStop === at ? -1 : readAttributes(this.text, nameStop, opened.element);
    if (end < 0 || this.stack.length > MAX_DEPTH) return -1;
    const isEmpty = this.text.charCodeAt(end) === c.SLASH;
    if (isEmpty) end++;
    if (this.text.charCodeAt(end) !== c.GREATER_THAN) return -1;
    if (isEmpty) addChild(this.top, opened);
    else this.stack.push(opened);
    return end + 1;
  }
}

/** The element that starts at `from` and ends the text, as an object of attributes and children; null if malformed. */
export function parseXmlElement(text: string, from: number): JsonObject | null {
  if (text.length > MAX_LENGTH) return null;
  const reader = new XmlReader(text);
  return reader.readFrom(from) ? reader.root : null;
}
