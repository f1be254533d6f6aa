// What the digest is made of: open candidates as read, and the highlights that an operator sees.
import type { Micros } from '../../domain/time.ts';
import type { CandidateType, DecisionBand } from '../../domain/words.ts';

export interface OpenCandidate {
  readonly candidateId: string;
  readonly type: CandidateType;
  readonly title: string;
  readonly explanation: string;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
  /** Millionths. */
  readonly score: number;
  readonly decisionBand: DecisionBand;
  /** Millionths. */
  readonly confidence: number;
  readonly signatureIds: readonly string[];
  /** `service:class`, of its signatures. */
  readonly families: readonly string[];
  readonly assetIds: readonly string[];
  readonly hostnames: readonly string[];
}

/** Candidates that tell one story: the foremost leads. */
export interface Story {
  readonly lead: OpenCandidate;
  readonly related: readonly OpenCandidate[];
}

export interface Highlight {
  readonly candidateId: string;
  readonly title: string;
  readonly why: string;
  readonly nextStep: string;
  /** 0..1 */
  readonly score: number;
  readonly decisionBand: DecisionBand;
  /** 0..1 */
  readonly confidence: number;
  /** How far that can be relied on: the decisions of the past on this band. */
  readonly trackRecord: string;
  readonly hostnames: readonly string[];
  readonly firstUs: Micros;
  readonly lastUs: Micros;
  readonly related: readonly { readonly candidateId: string; readonly title: string }[];
}
