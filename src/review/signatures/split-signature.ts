import type { Anchor, Parting } from '../../domain/bindings.ts';
import { ValidationError } from '../../domain/errors.ts';
import { factsOf } from '../../pipeline/families/bound-view.ts';
import type { Deciding } from '../../pipeline/families/decide.ts';
import type { BoundFamilies } from '../../signature/bound-families.ts';
import { partLabel } from '../../signature/parting.ts';
import { completeBinding, findParted, insertBinding } from '../../store/bindings.ts';
import type { Element } from '../../store/elements.ts';
import { linkLineage } from '../../store/lineage.ts';
import { readNamed } from '../../store/named-signatures.ts';
import { optionalText } from '../checked-text.ts';
import { notFound } from '../rows.ts';
import { actorOf } from '../verb-steps.ts';
import { anchorOf, type Decided, type DecisionContext, movedOf, unchanged } from './outcome.ts';
import { partingOf, type SplitBy } from './parting-of.ts';

export interface SplitSignatureInput {
  readonly signatureId: string;
  readonly by: SplitBy;
  readonly reason?: string | null | undefined;
  /** Default: the caller. */
  readonly author?: string | null | undefined;
  readonly dryRun?: boolean | null | undefined;
}

const PATH = ['input', 'signatureId'];
const BY = ['input', 'by'];

/**
 * From now on what the input names is a signature of its own, whatever comes. Parting what is parted so already changes
 * nothing. Throws ValidationError, NotFoundError, LimitExceededError.
 */
export async function splitSignature(ctx: DecisionContext, input: SplitSignatureInput): Promise<Decided> {
  const reason = optionalText('reason', input.reason);
  const author = actorOf(ctx, 'author', input.author);
  const dryRun = input.dryRun ?? false;
  const { tenantId } = ctx.caller;
  return ctx.pipeline.decide(ctx.caller, dryRun, async (deciding) => {
    const { client, bindings } = deciding;
    const named = (await readNamed(client, tenantId, [input.signatureId])).get(input.signatureId);
    if (named === undefined) throw notFound('signature', PATH);
    const anchor = anchorOf(named, PATH);
    const parting = await partingOf(client, tenantId, named, input.by);
    if (await isParted(deciding, anchor, parting)) {
      const partId = await findParted(client, tenantId, parting, named.rootKey);
      return unchanged(named.rootId, partId, dryRun);
    }
    const binding = await insertBinding(client, tenantId, {
      anchors: [anchor],
      parting,
      key: named.rootKey,
      otherKey: '',
      author,
      reason,
    });
    const families = [{ partition: anchor.partition, formKey: anchor.key }];
    const rebound = await deciding.rebind([...bindings, binding], families);
    const bound = await deciding.apply([...bindings, binding]);
    const { part, rest } = sidesOf(deciding, bound, rebound.elements, parting);
    const moved = movedOf(rebound);
    await completeBinding(client, tenantId, binding.id, part.rootKey, moved);
    await linkLineage(client, tenantId, [part.rootId], 'SPLIT_FROM', rest.rootId);
    return {
      signatureId: rest.rootId,
      partId: dryRun ? null : part.rootId,
      bindingId: dryRun ? null : binding.id,
      moved,
      dryRun,
    };
  });
}

interface Sides {
  readonly part: Element;
  readonly rest: Element;
}

/** An element with events on either side. Throws ValidationError where there is none. */
function sidesOf(
  deciding: Deciding,
  bound: BoundFamilies,
  elements: readonly Element[],
  parting: Parting,
): Sides {
  const sideOf = ({ key, formKey, formExample, partition }: Element) =>
    bound.sideOf(deciding.familyOf({ partition, formKey }), factsOf(formKey, formExample), key, parting);
  const counted = elements.filter(({ firstUs }) => firstUs !== null);
  const part = counted.find((element) => sideOf(element) === true);
  const rest = counted.find((element) => sideOf(element) === false);
  if (part === undefined)
    throw new ValidationError(
      `None of its events is ${partLabel(parting)}: nothing would come apart. Take what to part by from its parameters and events.`,
      BY,
    );
  if (rest === undefined)
    throw new ValidationError(
      `All of its events are ${partLabel(parting)}: nothing would remain. Name what only some of them have.`,
      BY,
    );
  return { part, rest };
}

async function isParted(deciding: Deciding, anchor: Anchor, parting: Parting): Promise<boolean> {
  const bound = await deciding.apply(deciding.bindings);
  const family = deciding.familyOf({ partition: anchor.partition, formKey: anchor.key });
  return bound.sideOf(family, anchor, anchor.element, parting) !== undefined;
}
