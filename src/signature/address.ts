// Where the parts of a line end that are taken whole: addresses, and the control sequences of a terminal.

const TAB = 9;
const BLANK = 32;
const DOUBLE_QUOTE = 34;
const APOSTROPHE = 39;
const COMMA = 44;
const SLASH = 47;
const COLON = 58;
const LESS = 60;
const GREATER = 62;
const QUESTION = 63;
const OPEN_BRACKET = 91;

/** ECMA-48 control sequences (colours, cursor) are decoration. */
export function endOfEscape(units: Uint16Array, position: number, limit: number): number {
  if (units[position + 1] !== OPEN_BRACKET) return position + 1;
  let end = position + 2;
  while (end < limit && units[end]! < 0x40) end++;
  return Math.min(end + 1, limit);
}

/** Where the address ends whose `://` or `?` stands at `position`; `position` itself when it is none. */
export function endOfAddress(units: Uint16Array, position: number, limit: number, hasSlash: boolean): number {
  const hasScheme =
    units[position] === COLON && units[position + 1] === SLASH && units[position + 2] === SLASH;
  if (!hasScheme && (units[position] !== QUESTION || !hasSlash)) return position;
  let end = position + (hasScheme ? 3 : 1);
  for (; end < limit; end++) {
    const code = units[end]!;
    if (code === BLANK || code === TAB || code === DOUBLE_QUOTE || code === APOSTROPHE) break;
    if (code === LESS || code === GREATER) break;
    if (!hasScheme) continue;
    if (code === 41 || code === 93 || code === 125) break; // ) ] }
    if (code === COMMA && (end + 1 >= limit || units[end + 1] === BLANK)) break;
  }
  return Math.min(end, limit);
}
