// The rows that the rules read, as plain values: the pipeline loads them, tests write them by hand.
import type { Severity } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';

/** The asset of events that name none. */
export const NO_ASSET = '0';

/** The events of one signature on one asset in one minute (counted since 1970). */
export interface Bucket {
  readonly minute: number;
  readonly n: number;
  /** How many of them carried their own timestamp and severity. */
  readonly sourced: number;
  readonly worst: Severity;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
}

/** Times are those of its first and its last event, both included. */
export interface Episode {
  readonly assetId: string;
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly events: number;
  readonly sourced: number;
  readonly worst: Severity;
}

/** What candidates say about a signature. */
export interface SignatureFacts {
  readonly signatureId: string;
  readonly key: string;
  readonly pattern: string;
  readonly firstSeenUs: Micros;
}

/** Hostnames by asset id; {@link NO_ASSET} and unknown ids have none. */
export type Hostnames = ReadonlyMap<string, string>;
