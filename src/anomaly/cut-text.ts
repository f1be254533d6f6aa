/** What scorers read of a text, in code points: enough for any message's head, and it bounds their work. */
export const MAX_SCORED_CHARACTERS = 512;

/** The first `max` code points; a surrogate pair is never parted. */
export function cutText(text: string, max = MAX_SCORED_CHARACTERS): string {
  if (text.length <= max) return text;
  let end = 0;
  for (let n = 0; n < max && end < text.length; n++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
