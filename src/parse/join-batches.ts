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

/** Finds the same events as of all lines at once; what may still go on waits for the next batch. */
export class BatchJoiner {
  #held: string[] = [];

  /** The events that these lines settle. */
  take(batch: string[]): JoinedLine[] {
    const lines = this.#held.length === 0 ? batch : this.#held.concat(batch);
    const joined = joinMultiline(lines);
    const settled = settledCount(joined);
    this.#held = lines.slice(joined[settled]?.first ?? 0);
    return joined.slice(0, settled);
  }

  /** The last events: no more lines come. */
  rest(): JoinedLine[] {
    const lines = this.#held;
    this.#held = [];
    return joinMultiline(lines);
  }
}
