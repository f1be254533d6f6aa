// The frame in which people's decisions about signatures take effect: one transaction under the tenant's lock, at whose
// end everything that the decision moved was looked at again. A preview does the same and takes it back.
import type pg from 'pg';
import type { Binding } from '../../domain/bindings.ts';
import { LimitExceededError } from '../../domain/errors.ts';
import { announce, incidentsUpdated } from '../../live/outbox.ts';
import type { BoundFamilies } from '../../signature/bound-families.ts';
import { keepVersions } from '../../store/as-of/keep-versions.ts';
import { readBindings } from '../../store/bindings.ts';
import { transaction } from '../../store/transaction.ts';
import { detect } from '../detect/detect.ts';
import { Counting, lockFolding } from '../fold/counting.ts';
import { type FoldServices, readingOf, workOf } from '../fold/fold.ts';
import { applyBindings, type FamilyName } from './bound-view.ts';
import type { Rebound } from './rebind.ts';
import { TooManyToSign } from './resign.ts';

export interface Deciding {
  readonly client: pg.ClientBase;
  /** The decisions in force. */
  readonly bindings: readonly Binding[];
  /** Decisions applied to what is known now. */
  apply(bindings: readonly Binding[]): Promise<BoundFamilies>;
  /** The learnt family of a form, as `BoundFamilies` names it. */
  familyOf(name: FamilyName): string;
  /** From now on the given decisions hold; `families` are those that may change. */
  rebind(bindings: readonly Binding[], families: readonly FamilyName[]): Promise<Rebound>;
}

export interface DecideServices extends FoldServices {
  /** How many events one decision may move. */
  readonly maxMovedEvents: number;
}

class Preview<T> extends Error {
  readonly result: T;

  constructor(result: T) {
    super('a preview is taken back');
    this.result = result;
  }
}

/** Throws LimitExceededError, and what `work` throws. */
export async function decide<T>(
  services: DecideServices,
  tenantId: number,
  dryRun: boolean,
  work: (deciding: Deciding) => Promise<T>,
): Promise<T> {
  const reading = await readingOf(services, tenantId);
  try {
    return await transaction(services.store, async ({ tx, client }) => {
      await lockFolding(client, tenantId);
      const counting = new Counting({ client, tenantId, learner: services.learner }, reading);
      const rebounds: Rebound[] = [];
      const result = await work(await deciding(services, client, tenantId, counting, rebounds));
      if (dryRun) throw new Preview(result);
      const todo = await workOf(counting);
      const { announcements } = await detect(tx, { ...services, tenantId, ...todo });
      const incidentIds = rebounds.flatMap((rebound) => [...rebound.incidentIds]);
      await keepVersions(tx, tenantId, { all: true });
      await announce(tx, tenantId, [...announcements, ...incidentsUpdated(incidentIds, 'REGROUPED')]);
      return result;
    });
  } catch (error) {
    services.learner.forget(tenantId);
    if (error instanceof Preview) return error.result as T;
    if (error instanceof TooManyToSign) throw tooMany(services.maxMovedEvents);
    throw error;
  }
}

async function deciding(
  { learner, maxMovedEvents: limit }: DecideServices,
  client: pg.ClientBase,
  tenantId: number,
  counting: Counting,
  rebounds: Rebound[],
): Promise<Deciding> {
  return {
    client,
    bindings: await readBindings(client, tenantId),
    apply: (bindings) => applyBindings({ client, tenantId, learner }, bindings),
    familyOf: ({ partition, formKey }) => learner.rootOf(tenantId, partition, formKey),
    async rebind(bindings, families) {
      for (const { partition } of families) await learner.learn(client, tenantId, partition);
      const rebound = await counting.rebind({ bindings, families, limit });
      if (rebound.events > limit) throw tooMany(limit);
      rebounds.push(rebound);
      return rebound;
    },
  };
}

const tooMany = (limit: number) =>
  new LimitExceededError(
    `More than ${limit} events would move to another signature at once. Take a signature with fewer events, or raise MNEMOGRAPH_MAX_MOVED_EVENTS and restart.`,
  );
