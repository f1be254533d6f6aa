// The frame of every verb: who does it, and one transaction that is tried again where the database broke a deadlock.
import { keepVersions } from '../store/as-of/keep-versions.ts';
import type { WriteTx } from '../store/store.ts';
import { sqlState, transaction } from '../store/transaction.ts';
import type { VerbContext } from '../store/verb.ts';
import { requiredText, type TextField } from './checked-text.ts';

const DEADLOCK = '40P01';
const SERIALIZATION_FAILURE = '40001';
const ATTEMPTS = 4;

/** Runs `work` between BEGIN and COMMIT. Verbs lock candidate before incident; who still meets a deadlock goes again. */
export async function inTransaction<T>(ctx: VerbContext, work: (tx: WriteTx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction(ctx.store, async ({ tx }) => {
        const done = await work(tx);
        await keepVersions(tx, ctx.caller.tenantId);
        return done;
      });
    } catch (error) {
      const state = sqlState(error);
      const worthAnother = state === DEADLOCK || state === SERIALIZATION_FAILURE;
      if (!worthAnother || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The name given in the input, else the caller's own. */
export function actorOf(ctx: VerbContext, field: TextField, given: string | null | undefined): string {
  return given === null || given === undefined || given.trim() === ''
    ? ctx.caller.actor
    : requiredText(field, given);
}
