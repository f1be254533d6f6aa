import { and, eq, sql } from 'drizzle-orm';
import { compileRule, RuleError } from '../detect/rules/compile-rule.ts';
import { ValidationError } from '../domain/errors.ts';
import type { RuleContent } from '../domain/rule.ts';
import type { Severity } from '../domain/severity.ts';
import type { EntityKind } from '../domain/words.ts';
import { seedRules } from '../store/rules.ts';
import type { WriteTx } from '../store/store.ts';
import { rule, ruleBook } from '../store/tables/rule.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, requiredText } from './checked-text.ts';
import { inTransaction } from './verb-steps.ts';

/** Found by its name; absent or null leaves a field as it is. */
export interface UpsertRuleInput {
  readonly name: string;
  readonly description?: string | null | undefined;
  /** Needed for a new one. */
  readonly expression?: string | null | undefined;
  /** null on purpose: the worst of the events. */
  readonly severity?: Severity | null | undefined;
  readonly count?: number | null | undefined;
  readonly windowMinutes?: number | null | undefined;
  readonly per?: readonly EntityKind[] | null | undefined;
  readonly position?: number | null | undefined;
  readonly enabled?: boolean | null | undefined;
}

export interface RuleUpserted {
  readonly ruleId: string;
  readonly created: boolean;
}

const MAX_COUNT = 1_000_000;
const MAX_WINDOW_MINUTES = 1_440;
const MAX_POSITION = 1_000_000;

const DEFAULTS = {
  description: '',
  severity: null,
  count: 1,
  windowMinutes: 30,
  per: ['HOST'] as EntityKind[],
  position: 1_000,
  enabled: true,
} satisfies Partial<RuleContent>;

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
    if (changes.expression === undefined)
      throw new ValidationError(
        'A new rule needs an "expression", such as words.contains("out of memory").',
        ['input', 'expression'],
      );
    const [created] = await tx
      .insert(rule)
      .values({ ...DEFAULTS, ...changes, expression: changes.expression, tenantId, name })
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

function changesOf(
  input: UpsertRuleInput,
): Partial<Omit<RuleContent, 'name' | 'per'>> & { per?: EntityKind[] } {
  const changes = {
    description: givenText('description', input.description),
    expression: input.expression == null ? null : checkedExpression(input.expression),
    count: within('count', input.count, 1, MAX_COUNT),
    windowMinutes: within('windowMinutes', input.windowMinutes, 1, MAX_WINDOW_MINUTES),
    per: input.per == null ? null : subjectsOf(input.per),
    position: within('position', input.position, 0, MAX_POSITION),
    enabled: input.enabled ?? null,
  };
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null));
  return input.severity === undefined ? given : { ...given, severity: input.severity };
}

function checkedExpression(expression: string): string {
  try {
    compileRule(expression);
    return expression;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new ValidationError(`The expression cannot be used: ${error.message}.`, ['input', 'expression']);
  }
}

function within(field: string, value: number | null | undefined, least: number, most: number): number | null {
  if (value === null || value === undefined) return null;
  if (value >= least && value <= most) return value;
  throw new ValidationError(`"${field}" is ${value}; it must lie between ${least} and ${most}.`, [
    'input',
    field,
  ]);
}

function subjectsOf(per: readonly EntityKind[]): EntityKind[] {
  if (per.length > 0) return [...new Set(per)];
  throw new ValidationError('"per" is empty: say whose events are counted together.', ['input', 'per']);
}
