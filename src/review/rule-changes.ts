// What a rule may be changed to, checked; and the rules of a tenant as they would be with such changes.
import { compileRule, RuleError } from '../detect/rules/compile-rule.ts';
import { ValidationError } from '../domain/errors.ts';
import type { Rule, RuleContent } from '../domain/rule.ts';
import type { Severity } from '../domain/severity.ts';
import type { EntityKind } from '../domain/words.ts';
import { readRules, seedRules } from '../store/rules.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, requiredText } from './checked-text.ts';

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

/** A rule that did not exist. Throws ValidationError where it asks nothing. */
export function newRule(name: string, changes: RuleChanges): RuleContent & { per: EntityKind[] } {
  const { expression } = changes;
  if (expression === undefined)
    throw new ValidationError('A new rule needs an "expression", such as words.contains("out of memory").', [
      'input',
      'expression',
    ]);
  return { ...DEFAULTS, ...changes, expression, name };
}

/** The tenant's rules with those of `inputs` changed and added; nothing is stored. Throws ValidationError. */
export async function rulesWith(ctx: VerbContext, inputs: readonly UpsertRuleInput[]): Promise<Rule[]> {
  const { tenantId } = ctx.caller;
  await seedRules(ctx.store.writePool, tenantId);
  const rules = new Map((await readRules(ctx.store.writePool, tenantId)).map((rule) => [rule.name, rule]));
  for (const input of inputs) {
    const name = requiredText('name', input.name);
    const changes = changesOf(input);
    const present = rules.get(name);
    rules.set(
      name,
      present === undefined
        ? { ...newRule(name, changes), ruleId: `new ${name}` }
        : { ...present, ...changes },
    );
  }
  return [...rules.values()];
}

type RuleChanges = Partial<Omit<RuleContent, 'name' | 'per'>> & { per?: EntityKind[] };

/** What the input gives, checked. Throws ValidationError. */
export function changesOf(input: UpsertRuleInput): RuleChanges {
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
