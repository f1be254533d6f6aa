// What every resolver gets. One context per request: `loaders` cache for as long as the request lives.
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/time.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Store } from '../store/store.ts';

/** What lives as long as the process. */
export interface GraphServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly pipeline: Pipeline;
}

export interface GraphContext {
  readonly services: GraphServices;
  readonly caller: Caller;
}
