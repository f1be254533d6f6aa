// What every resolver gets. One context per request: what a request loads is kept for as long as its context lives.
import type { Sources } from '../connectors/sources.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/time.ts';
import type { ChangeFeed } from '../live/feed.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { AnomalyScoring } from '../pipeline/scoring/scoring.ts';
import type { Store } from '../store/store.ts';

/** What lives as long as the process. */
export interface GraphServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly pipeline: Pipeline;
  readonly feed: ChangeFeed;
  readonly sources: Sources;
  readonly scoring: AnomalyScoring;
}

export interface GraphContext {
  readonly services: GraphServices;
  readonly caller: Caller;
}
