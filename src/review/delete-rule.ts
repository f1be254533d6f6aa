import { and, eq } from 'drizzle-orm';
import { rule, ruleBucket } from '../store/tables/rule.ts';
import type { VerbContext } from '../store/verb.ts';
import { notFound } from './rows.ts';
import { raiseRuleVersion } from './upsert-rule.ts';
import { inTransaction } from './verb-steps.ts';

export interface RuleDeleted {
  readonly name: string;
}

/** What it found stays. Throws NotFoundError. */
export async function deleteRule(
  ctx: VerbContext,
  { ruleId }: { readonly ruleId: string },
): Promise<RuleDeleted> {
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    await raiseRuleVersion(tx, tenantId);
    const [deleted] = await tx
      .delete(rule)
      .where(and(eq(rule.tenantId, tenantId), eq(rule.ruleId, ruleId)))
      .returning({ name: rule.name });
    if (deleted === undefined) throw notFound('rule', ['input', 'ruleId']);
    await tx.delete(ruleBucket).where(and(eq(ruleBucket.tenantId, tenantId), eq(ruleBucket.ruleId, ruleId)));
    return deleted;
  });
}
