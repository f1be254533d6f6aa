// Message identifiers of network equipment, `%FACILITY-n-MNEMONIC`, whose digit is the syslog severity.

import * as c from './chars.ts';

export interface VendorCode {
  /** Without the percent sign, e.g. `LINK-3-UPDOWN`. */
  id: string;
  /** 0 (emergency) to 7 (debugging), as syslog counts. */
  level: number;
}

const MAX_CODE_LENGTH = 64;

const isCodeCharacter = (code: number): boolean =>
  c.isUpper(code) || c.isDigit(code) || code === c.UNDERSCORE || code === c.MINUS;

/** The identifier that starts at `at` with its percent sign; null when there is none. */
export function vendorCodeAt(text: string, at: number): VendorCode | null {
  if (text.charCodeAt(at) !== c.PERCENT) return null;
  let end = at + 1;
  let level = -1;
  while (end < at + MAX_CODE_LENGTH && isCodeCharacter(text.charCodeAt(end))) {
    const code = text.charCodeAt(end);
    const isLevel = code >= c.ZERO && code <= c.ZERO + 7;
    if (isLevel && text.charCodeAt(end - 1) === c.MINUS && text.charCodeAt(end + 1) === c.MINUS)
      level = code - c.ZERO;
    end++;
  }
  const next = text.charCodeAt(end);
  const ended = next === c.COLON || c.isBlank(next) || Number.isNaN(next);
  if (level < 0 || !ended || text.charCodeAt(end - 1) === c.MINUS) return null;
  return { id: text.slice(at + 1, end), level };
}
