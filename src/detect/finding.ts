import type { Severity } from '../domain/severity.ts';
import type { StrengthFacts } from '../domain/strength.ts';
import type { Micros } from '../domain/time.ts';

/** Where example events are to be looked for; both ends included. */
export interface EvidenceSpan {
  readonly signatureIds: readonly string[];
  readonly assetId: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** What a rule found in one run, before it is scored and matched with what is stored. */
export interface Finding {
  readonly type: StrengthFacts['type'];
  /** Names signatures by key and assets by hostname: the same whatever the order of arrival. */
  readonly subject: string;
  /** Times of the first and the last event, both included. */
  readonly firstUs: Micros;
  readonly lastUs: Micros;
  /** The first is the one that reviews of this finding teach about. */
  readonly signatureIds: readonly string[];
  readonly assetIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly severity: Severity;
  readonly episodes: number;
  readonly distinctDays: number;
  readonly events: number;
  readonly sourced: number;
  readonly strength: StrengthFacts;
  readonly title: string;
  readonly summary: string;
  readonly explanation: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly examples: readonly EvidenceSpan[];
}

const MAX_EXAMPLE_SPANS = 24;

/** The earliest and the latest spans: a growing run keeps most of its examples. `spans` are ascending in time. */
export function exampleSpans(spans: readonly EvidenceSpan[]): EvidenceSpan[] {
  if (spans.length <= MAX_EXAMPLE_SPANS) return [...spans];
  return [...spans.slice(0, MAX_EXAMPLE_SPANS / 2), ...spans.slice(-MAX_EXAMPLE_SPANS / 2)];
}
