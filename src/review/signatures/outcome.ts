// What the verbs that join and part signatures have in common.
import { type Anchor, type Moved, NOTHING_MOVED } from '../../domain/bindings.ts';
import { ValidationError } from '../../domain/errors.ts';
import { factsOf } from '../../pipeline/families/bound-view.ts';
import type { Rebound } from '../../pipeline/families/rebind.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { NamedSignature } from '../../store/named-signatures.ts';
import type { VerbContext } from '../../store/verb.ts';

export interface DecisionContext extends VerbContext {
  readonly pipeline: Pipeline;
}

export interface Decided {
  /** Row id of the signature that was kept. */
  readonly signatureId: string;
  /** What came apart from it; null where nothing did, or only would. */
  readonly partId: string | null;
  /** The journal's entry; null for a preview, and where nothing had to be done. */
  readonly bindingId: string | null;
  readonly moved: Moved;
  readonly dryRun: boolean;
}

export const movedOf = ({ events, candidateIds, incidentIds }: Rebound): Moved => ({
  events,
  candidates: candidateIds.size,
  incidents: incidentIds.size,
});

export const unchanged = (signatureId: string, partId: string | null, dryRun: boolean): Decided => ({
  signatureId,
  partId,
  bindingId: null,
  moved: NOTHING_MOVED,
  dryRun,
});

/** Throws ValidationError for a signature that takes what is no longer told apart. */
export function anchorOf(named: NamedSignature, path: readonly string[]): Anchor {
  if (named.formKey === null) {
    throw new ValidationError(
      'This signature takes whatever its service has too many forms to tell apart: it can be neither joined nor parted. Name another.',
      path,
    );
  }
  return { ...factsOf(named.formKey, named.formExample), partition: named.partition, element: named.rootKey };
}
