// What a PostgreSQL text column cannot hold: NUL and lone surrogates. They are replaced by U+FFFD, and the
// original is kept beside.

export interface StorableText {
  text: string;
  /** Base64 of the UTF-16LE code units of the original; null when the text is the original. */
  originalBase64: string | null;
}

const REPLACEMENT = '\ufffd';
/** With the u flag a surrogate of a pair is part of its character: only lone ones match. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

const isStorable = (text: string): boolean => text.search(UNSTORABLE) < 0;

export function makeStorable(text: string): StorableText {
  if (isStorable(text)) return { text, originalBase64: null };
  return {
    text: text.replace(UNSTORABLE, REPLACEMENT),
    originalBase64: Buffer.from(text, 'utf16le').toString('base64'),
  };
}

/** The original of {@link StorableText.originalBase64}. */
export const decodeOriginal = (originalBase64: string): string =>
  Buffer.from(originalBase64, 'base64').toString('utf16le');
