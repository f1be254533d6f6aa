// The shapes of the question "have we seen this before?" and of its answer. Rows are named by their keys: whoever
// shows the answer loads what it shows.
import type { Micros } from '../../domain/time.ts';
import type { EpisodeOutcome } from '../../domain/words.ts';
import type { Coverage } from '../coverage.ts';

/** Exactly one. */
export type SeenBeforeInput =
  | {
      /** A raw line, or free text; looked up across services unless one is named. */
      readonly message: {
        readonly text: string;
        readonly service?: string | null | undefined;
        readonly host?: string | null | undefined;
      };
    }
  | { readonly eventId: string }
  | { readonly signatureId: string }
  | { readonly candidateId: string };

export type SeenBeforeVerdict = 'YES' | 'SIMILAR' | 'NO' | 'UNKNOWN';

export interface SimilarSignature {
  readonly signatureId: string;
  /** 0..1 */
  readonly similarity: number;
  readonly reason: string;
}

export interface PastEpisode {
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly eventCount: number;
  readonly assetIds: readonly string[];
  readonly outcome: EpisodeOutcome;
}

export interface RecalledIncident {
  readonly incidentId: string;
  /** 0..1 */
  readonly score: number;
  readonly reason: string;
}

export interface SeenBefore {
  readonly verdict: SeenBeforeVerdict;
  readonly explanation: string;
  readonly signatureId: string | null;
  readonly similar: readonly SimilarSignature[];
  /** Where nothing is similar: what came nearest, too unlike to count; null: nothing shares a telling word. */
  readonly closest: SimilarSignature | null;
  readonly firstSeenUs: Micros | null;
  readonly lastSeenUs: Micros | null;
  readonly occurrenceCount: number;
  /** Newest first. */
  readonly episodes: readonly PastEpisode[];
  readonly incidents: readonly RecalledIncident[];
  readonly lessonIds: readonly string[];
  readonly runbookHintIds: readonly string[];
  readonly coverage: Coverage;
}
