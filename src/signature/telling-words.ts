// The words of a message by which people and indexes find it again.

const WILDCARD = '<*>';
const TOKEN = /<\*>|[\p{L}\p{N}_]+/gu;

/** Words that hold a sentence together and say nothing about what happened. */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  'a an and any are as at be been by did do does for from had has have in into is it its no not of off on or our out over so than that the their then there this to was we were will with you your'.split(
    ' ',
  ),
);

/** Lower-case words, and one wildcard per run of them; at most `limit`. `template`: a message or a pattern. */
export function tokensOfTemplate(template: string, limit: number): string[] {
  const tokens: string[] = [];
  for (const [token] of template.toLowerCase().matchAll(TOKEN)) {
    if (token === WILDCARD && tokens.at(-1) === WILDCARD) continue;
    tokens.push(token);
    if (tokens.length === limit) break;
  }
  return tokens;
}

/** The different words among `tokens`, in order: those that tell something, or all where none does. */
export function tellingWords(tokens: readonly string[]): string[] {
  const words = [...new Set(tokens)].filter((token) => token !== WILDCARD);
  const telling = words.filter((word) => !FUNCTION_WORDS.has(word));
  return telling.length > 0 ? telling : words;
}
