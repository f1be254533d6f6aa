import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/time.ts';
import type { Store } from './store.ts';

/** What a verb (one file, one change to memory) works with. */
export interface VerbContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly caller: Caller;
}
