import { NOTHING_MOVED } from '../../domain/bindings.ts';
import { ConflictError } from '../../domain/errors.ts';
import { formatMicros } from '../../domain/time.ts';
import { findBinding, markUndone } from '../../store/bindings.ts';
import { unlinkLineage } from '../../store/lineage.ts';
import { readNamed } from '../../store/named-signatures.ts';
import { notFound } from '../rows.ts';
import { actorOf } from '../verb-steps.ts';
import { type Decided, type DecisionContext, movedOf } from './outcome.ts';

export interface UndoBindingInput {
  readonly bindingId: string;
  /** Default: the caller. */
  readonly author?: string | null | undefined;
  readonly dryRun?: boolean | null | undefined;
}

const PATH = ['input', 'bindingId'];

/**
 * The decision holds no longer, as if it had never been made; the journal keeps it. Undoing again changes nothing.
 * Throws NotFoundError, ConflictError where later decisions build on it, LimitExceededError.
 */
export async function undoBinding(ctx: DecisionContext, input: UndoBindingInput): Promise<Decided> {
  const author = actorOf(ctx, 'author', input.author);
  const dryRun = input.dryRun ?? false;
  const { tenantId } = ctx.caller;
  return ctx.pipeline.decide(ctx.caller, dryRun, async (deciding) => {
    const { client, bindings } = deciding;
    const entry = await findBinding(client, tenantId, input.bindingId);
    if (entry === null) throw notFound('signature binding', PATH);
    const outcome = { bindingId: entry.id, partId: null, dryRun };
    if (entry.isUndone) return { ...outcome, signatureId: entry.signatureId, moved: NOTHING_MOVED };
    const before = await deciding.apply(bindings);
    refuseBasis(before.dependentsOf(entry.id));
    const nameOf = (a: { partition: string; key: string }) => ({ partition: a.partition, formKey: a.key });
    const own = bindings.find(({ id }) => id === entry.id)!.anchors.map(nameOf);
    const tied = before.closure(own.map(deciding.familyOf));
    const families = bindings
      .flatMap(({ anchors }) => anchors.map(nameOf))
      .filter((name) => tied.has(deciding.familyOf(name)));
    await markUndone(client, tenantId, entry.id, author, formatMicros(ctx.clock.nowUs()));
    await unlinkLineage(client, tenantId, entry.id);
    const rebound = await deciding.rebind(
      bindings.filter(({ id }) => id !== entry.id),
      families,
    );
    const [named] = (await readNamed(client, tenantId, [entry.signatureId])).values();
    return { ...outcome, signatureId: named!.rootId, moved: movedOf(rebound) };
  });
}

function refuseBasis(dependents: readonly string[]): void {
  if (dependents.length === 0) return;
  throw new ConflictError(
    `${dependents.length === 1 ? 'A later decision builds' : `${dependents.length} later decisions build`} on this one: undo what was decided later first. "signatureBindings" lists it, newest first.`,
    PATH,
  );
}
