// Events that span lines, of lines that come in batches.
import { type JoinedLine, joinMultiline } from './multiline.ts';

/**
 * How many of the events, from the front, stay as they are whatever lines come next. A last line by itself may yet turn
 * out to be part of the event before it.
 */
export function settledCount(joined: readonly JoinedLine[]): number {
  const isLastAlone = joined.at(-1)?.count === 1;
  return Math.max(0, joined.length - (isLastAlone ? 2 : 1));
}

/** The same events as of all lines at once; what may still go on waits for the next batch. */
export async function* joinBatches(batches: AsyncIterable<string[]>): AsyncGenerator<JoinedLine[]> {
  let held: string[] = [];
  for await (const batch of batches) {
    const lines = held.length === 0 ? batch : held.concat(batch);
    const joined = joinMultiline(lines);
    const settled = settledCount(joined);
    held = lines.slice(joined[settled]?.first ?? 0);
    if (settled > 0) yield joined.slice(0, settled);
  }
  if (held.length > 0) yield joinMultiline(held);
}
