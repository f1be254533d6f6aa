import { DETECT_SETTINGS } from '../detect/settings.ts';
import { ValidationError } from '../domain/errors.ts';
import { Severity } from '../domain/severity.ts';
import { formatMicros, type Micros } from '../domain/time.ts';
import { announce } from '../live/outbox.ts';
import { regroupChanges } from '../pipeline/detect/change-windows.ts';
import { lockDetection } from '../pipeline/incidents/context.ts';
import { SCORE_SETTINGS } from '../score/settings.ts';
import type { WriteTx } from '../store/store.ts';
import { change, signal } from '../store/tables/detection.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, optionalJsonObject, optionalText, requiredText } from './checked-text.ts';
import { resolveId } from './rows.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

export interface RecordChangeInput {
  /** E.g. `deploy`, `config`, `restart`; kept in lower case. */
  readonly kind: string;
  readonly title: string;
  readonly description?: string | null | undefined;
  /** Default: the caller. */
  readonly author?: string | null | undefined;
  /** Where it happened: an asset, a service group, or neither for everywhere. */
  readonly assetId?: string | null | undefined;
  readonly serviceGroup?: string | null | undefined;
  /** Default: now. */
  readonly startUs?: Micros | null | undefined;
  /** Not before `startUs`. */
  readonly endUs?: Micros | null | undefined;
  readonly metadata?: unknown;
}

export interface ChangeRecorded {
  readonly changeId: string;
  /** The CHANGE signal that puts it beside what was detected. */
  readonly signalId: string;
}

/** Throws ValidationError, NotFoundError. */
export async function recordChange(ctx: VerbContext, input: RecordChangeInput): Promise<ChangeRecorded> {
  const nowUs = ctx.clock.nowUs();
  const startUs = input.startUs ?? nowUs;
  const endUs = input.endUs ?? null;
  if (endUs !== null && endUs < startUs) {
    throw new ValidationError('"endAt" lies before "startAt": exchange them, or leave out "endAt".', [
      'input',
      'endAt',
    ]);
  }
  const values = {
    kind: requiredText('kind', input.kind).toLowerCase(),
    title: requiredText('title', input.title),
    description: optionalText('description', input.description),
    author: actorOf(ctx, 'author', input.author),
    serviceGroup: givenText('serviceGroup', input.serviceGroup),
    startAt: formatMicros(startUs),
    endAt: endUs === null ? null : formatMicros(endUs),
    metadata: optionalJsonObject('metadata', input.metadata),
  };
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const assetId = await resolveId(tx, tenantId, 'asset', input.assetId, ['input', 'assetId']);
    const [row] = await tx
      .insert(change)
      .values({ tenantId, assetId, ...values })
      .returning({ changeId: change.changeId });
    const { changeId } = row!;
    const signalId = await signalOf(tx, tenantId, changeId, { ...values, assetId }, nowUs);
    await lockDetection(tx, tenantId);
    await regroupChanges(
      { tx, tenantId, clock: ctx.clock, settings: DETECT_SETTINGS, scoring: SCORE_SETTINGS },
      [changeId],
    );
    await announce(tx, tenantId, [{ topic: 'signal', subjectId: signalId, kind: 'CREATED' }]);
    return { changeId, signalId };
  });
}

type ChangeValues = Pick<
  typeof change.$inferSelect,
  'kind' | 'title' | 'author' | 'assetId' | 'serviceGroup' | 'startAt' | 'endAt'
>;

async function signalOf(
  tx: WriteTx,
  tenantId: number,
  changeId: string,
  values: ChangeValues,
  nowUs: Micros,
): Promise<string> {
  const [row] = await tx
    .insert(signal)
    .values({
      tenantId,
      identity: `change:${changeId}`,
      kind: 'CHANGE',
      label: values.kind,
      score: 0,
      severity: Severity.INFO,
      assetId: values.assetId,
      entity: values.serviceGroup,
      text: `${values.title} (${values.kind}, by ${values.author})`,
      observedAt: values.startAt,
      endedAt: values.endAt,
      detectedAt: formatMicros(nowUs),
    })
    .returning({ signalId: signal.signalId });
  return row!.signalId;
}
