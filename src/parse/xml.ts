// The small part of XML that event exports use: elements, attributes and text. No DTD, so no entities of its own, and
// nothing is ever fetched or expanded.

import type { JsonObject } from './json-object.ts';
import { setField } from './parsed-line.ts';

const MAX_DEPTH = 32;
/** A comment, CDATA, a declaration, an end tag, or a start tag with its attributes. */
const MARKUP =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
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

function opened(name: string, attributes: string): OpenElement {
  const element: JsonObject = {};
  for (const [, attribute, double, single] of attributes.matchAll(ATTRIBUTE)) {
    setField(element, attribute!, unescaped(double ?? single ?? ''));
  }
  return { name, element, text: '' };
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

/** The element that starts at `from` and ends the text, as an object of attributes and children; null if malformed. */
export function parseXmlElement(text: string, from: number): JsonObject | null {
  const stack: OpenElement[] = [{ name: '', element: {}, text: '' }];
  for (let at = from; at < text.length; ) {
    const top = stack[stack.length - 1]!;
    const next = text.indexOf('<', at);
    if (next !== at) {
      top.text += unescaped(text.slice(at, next < 0 ? text.length : next));
      if (next < 0) break;
    }
    MARKUP.lastIndex = next;
    const match = MARKUP.exec(text);
    if (!match) return null;
    const [whole, characters, endName, startName, attributes, selfClosing] = match;
    if (characters !== undefined) top.text += characters;
    else if (endName !== undefined) {
      if (stack.length < 2 || top.name !== endName) return null;
      stack.pop();
      addChild(stack[stack.length - 1]!, top);
    } else if (startName !== undefined) {
      if (stack.length > MAX_DEPTH) return null;
      const element = opened(startName, attributes ?? '');
      if (selfClosing) addChild(top, element);
      else stack.push(element);
    }
    at = next + whole.length;
  }
  const root = stack.length === 1 ? Object.values(stack[0]!.element)[0] : undefined;
  return typeof root === 'object' && root !== null && !Array.isArray(root) ? (root as JsonObject) : null;
}
