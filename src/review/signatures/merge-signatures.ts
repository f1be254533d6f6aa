import type { Anchor } from '../../domain/bindings.ts';
import { LimitExceededError, ValidationError } from '../../domain/errors.ts';
import { completeBinding, insertBinding } from '../../store/bindings.ts';
import { linkLineage } from '../../store/lineage.ts';
import { type NamedSignature, readNamed } from '../../store/named-signatures.ts';
import { optionalText } from '../checked-text.ts';
import { notFound } from '../rows.ts';
import { actorOf } from '../verb-steps.ts';
import { anchorOf, type Decided, type DecisionContext, movedOf, unchanged } from './outcome.ts';

export interface MergeSignaturesInput {
  readonly signatureIds: readonly string[];
  readonly reason?: string | null | undefined;
  /** Default: the caller. */
  readonly author?: string | null | undefined;
  readonly dryRun?: boolean | null | undefined;
}

const MAX_MERGED = 50;
const PATH = ['input', 'signatureIds'];

/**
 * From now on the signatures are one, whatever comes: the oldest of them. Merging what is one already changes nothing.
 * Throws ValidationError, NotFoundError, LimitExceededError.
 */
export async function mergeSignatures(ctx: DecisionContext, input: MergeSignaturesInput): Promise<Decided> {
  const ids = [...new Set(input.signatureIds)];
  checkNumber(ids.length);
  const reason = optionalText('reason', input.reason);
  const author = actorOf(ctx, 'author', input.author);
  const dryRun = input.dryRun ?? false;
  const { tenantId } = ctx.caller;
  return ctx.pipeline.decide(ctx.caller, dryRun, async (deciding) => {
    const { client, bindings } = deciding;
    const named = await readNamed(client, tenantId, ids);
    const roots = rootsOf(ids, named);
    const [first, ...others] = roots;
    if (others.length === 0) return unchanged(first!.named.rootId, null, dryRun);
    const anchors = roots.map(({ anchor }) => anchor);
    const binding = await insertBinding(client, tenantId, {
      anchors,
      parting: null,
      key: first!.named.rootKey,
      otherKey: others[0]!.named.rootKey,
      author,
      reason,
    });
    const rebound = await deciding.rebind(
      [...bindings, binding],
      anchors.map(({ partition, key }) => ({ partition, formKey: key })),
    );
    const rootId = rebound.rootOf(first!.named.rootId);
    const joined = roots.find(({ named: { rootId: id } }) => id !== rootId)!;
    const moved = movedOf(rebound);
    await completeBinding(client, tenantId, binding.id, joined.named.rootKey, moved);
    const namedIds = roots.map(({ named: { rootId: id } }) => id);
    await linkLineage(client, tenantId, namedIds, 'MERGED_INTO', rootId);
    return { signatureId: rootId, partId: null, bindingId: dryRun ? null : binding.id, moved, dryRun };
  });
}

function checkNumber(n: number): void {
  if (n < 2)
    throw new ValidationError(
      '"signatureIds" needs two different signatures at least: name what belongs together.',
      PATH,
    );
  if (n > MAX_MERGED)
    throw new LimitExceededError(
      `"signatureIds" has ${n} signatures; the limit is ${MAX_MERGED}. Merge them in turns.`,
      PATH,
    );
}

interface Root {
  readonly named: NamedSignature;
  readonly anchor: Anchor;
}

/** What the ids lead to, without repetitions. */
function rootsOf(ids: readonly string[], named: ReadonlyMap<string, NamedSignature>): Root[] {
  const roots = new Map<string, Root>();
  ids.forEach((id, i) => {
    const path = [...PATH, String(i)];
    const found = named.get(id);
    if (found === undefined) throw notFound('signature', path);
    if (!roots.has(found.rootId)) roots.set(found.rootId, { named: found, anchor: anchorOf(found, path) });
  });
  return [...roots.values()];
}
