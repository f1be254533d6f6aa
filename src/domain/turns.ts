// Long work without holding up whoever else waits for the event loop: a turn of a few milliseconds, then the others',
// then the next turn. All long work of a process stands in one queue: one turn lies between two looks at the sockets,
// however many do such work at once.

/** Turns end after the step in which this has passed: the longest block is this and one step. */
const TURN_MS = 4;

const waiting: (() => void)[] = [];

/** One piece of long work, measured from when it was made: make it where the work begins. */
export class Turns {
  #endMs = performance.now() + TURN_MS;

  /** Time for the others: `await turns.next()` before the next step. */
  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Resolves when it is this work's turn again. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(letOneIn);
    });
    this.#endMs = performance.now() + TURN_MS;
  }
}

// Node runs all immediates that wait, one after the other: only one may wait at a time.
function letOneIn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(letOneIn);
}

/** What `step` makes of each, in order; no step may take long. */
export async function mapInTurns<In, Out>(
  all: Iterable<In>,
  step: (one: In, position: number) => Out,
): Promise<Out[]> {
  const made: Out[] = [];
  await eachInTurns(all, (one, position) => {
    made.push(step(one, position));
  });
  return made;
}

/** As {@link mapInTurns}, for steps that make nothing. What is iterated must not change meanwhile. */
export async function eachInTurns<In>(
  all: Iterable<In>,
  step: (one: In, position: number) => void,
): Promise<void> {
  const turns = new Turns();
  let position = 0;
  for (const one of all) {
    if (turns.isOver) await turns.next();
    step(one, position++);
  }
}
