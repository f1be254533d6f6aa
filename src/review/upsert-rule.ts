import { and, eq, sql } from 'drizzle-orm';
import { seedRules } from '../store/rules.ts';
import type { WriteTx } from '../store/store.ts';
import { rule, ruleBook } from '../store/tables/rule.ts';
import type { VerbContext } from '../store/verb.ts';
import { requiredText } from './checked-text.ts';
import { changesOf, newRule, type UpsertRuleInput } from './rule-changes.ts';
import { inTransaction } from './verb-steps.ts';

export interface RuleUpserted {
  readonly ruleId: string;
  readonly created: boolean;
}

/** Holds for the events that are stored from now on. Throws ValidationError. */
export async function upsertRule(ctx: VerbContext, input: UpsertRuleInput): Promise<RuleUpserted> {
  const name = requiredText('name', input.name);
  const changes = changesOf(input);
  const { tenantId } = ctx.caller;
  await seedRules(ctx.store.writePool, tenantId);
  return inTransaction(ctx, async (tx) => {
    await raiseRuleVersion(tx, tenantId);
    const itself = and(eq(rule.tenantId, tenantId), eq(rule.name, name));
    const [updated] = await tx
      .update(rule)
      .set({ ...changes, lastError: null, lastErrorAt: null, updatedAt: sql`clock_timestamp()` })
      .where(itself)
      .returning({ ruleId: rule.ruleId });
    if (updated !== undefined) return { ruleId: updated.ruleId, created: false };
    const [created] = await tx
      .insert(rule)
      .values({ ...newRule(name, changes), tenantId })
      .returning({ ruleId: rule.ruleId });
    return { ruleId: created!.ruleId, created: true };
  });
}

/** Locks the tenant's rules against other changes, and has all servers read them anew. */
export async function raiseRuleVersion(tx: WriteTx, tenantId: number): Promise<void> {
  await tx
    .update(ruleBook)
    .set({ version: sql`${ruleBook.version} + 1` })
    .where(eq(ruleBook.tenantId, tenantId));
}
