// Rules are written in the Common Expression Language (https://cel.dev): it always ends, and its regular expressions
// (RE2) take linear time, so that a tenant's rule cannot hold up the server.
import { celEnv, celError, isCelError, parse, plan } from '@bufbuild/cel';
import { RE2JS } from '@bufbuild/re2';
import { SEVERITIES, type Severity } from '../../domain/severity.ts';

/** What an expression may ask about an event. Text that the event does not tell is '', a number 0. */
export interface RuleFacts {
  readonly words: string;
  readonly severity: bigint;
  readonly text?: string;
  readonly service?: string;
  readonly family?: string;
  readonly host?: string;
  readonly user?: string;
  readonly srcIp?: string;
  readonly dstIp?: string;
  readonly httpStatus?: bigint;
  readonly vendor?: string;
  readonly action?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export const RULE_VARIABLES: Readonly<Record<keyof RuleFacts, string>> = {
  words: "the message's constant words in lower case, each value as <*>",
  severity: 'its rank; DEBUG, INFO, NOTICE, WARNING, ERROR, CRITICAL, ALERT and EMERGENCY are ranks too',
  text: 'the message as it came, without its header',
  service: 'the program or service',
  family: 'the service and the class of event: "sshd authentication"',
  host: 'the host',
  user: 'the account concerned',
  srcIp: 'the address that acted',
  dstIp: 'the address that was acted upon',
  httpStatus: 'the HTTP status',
  vendor: 'the maker of the device or product',
  action: 'what was done: deny, accept, login',
  fields: "the sender's own structure, a map: has(fields.name) asks whether it is there",
};

/** The expression is not one, or asks for what there is not. Its message says what to change. */
export class RuleError extends Error {}

/** Why an event could not be judged. */
export interface RuleFault {
  readonly fault: string;
}

/**
 * true or false of one event. Given {@link formFacts} alone, `false` and `true` hold for every event of the form and
 * severity, and a fault says that more has to be known.
 */
export type CompiledRule = (facts: RuleFacts) => boolean | RuleFault;

/** Without this `has(fields.name)` would answer false where nobody knows. */
const UNKNOWN = celError('not known yet') as unknown as RuleFacts['fields'];

/** What all events of a form and a severity share. */
export const formFacts = (words: string, severity: Severity): RuleFacts => ({
  words,
  severity: BigInt(severity),
  fields: UNKNOWN!,
});

type Expr = ReturnType<typeof parse>['expr'];

/** Compiling a pattern takes half a millisecond, testing it a microsecond: each is compiled once. */
const patterns = new Map<string, RE2JS>();
const MAX_PATTERNS = 1_000;

function compilePattern(pattern: string): RE2JS {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = RE2JS.compile(pattern);
    // A pattern may come from an event: they must not pile up.
    if (patterns.size >= MAX_PATTERNS) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled;
}

const ENVIRONMENT = celEnv({ re2: { compile: compilePattern } });
const RANKS = new Map<string, number>(SEVERITIES.map((name, rank) => [name, rank]));
const NAMES = new Set([...Object.keys(RULE_VARIABLES), ...SEVERITIES]);
export const MAX_EXPRESSION_CHARS = 2_000;

/** Throws RuleError. */
export function compileRule(expression: string): CompiledRule {
  if (expression.length > MAX_EXPRESSION_CHARS)
    throw new RuleError(`it has ${expression.length} characters; the limit is ${MAX_EXPRESSION_CHARS}`);
  const expr = parseExpression(expression);
  resolveNames(expr, new Set(), 0);
  checkParts(expr);
  const rule = evaluator(expr);
  for (const sample of SAMPLES) {
    const answer = rule(sample);
    if (typeof answer !== 'boolean')
      throw new RuleError(
        `${answer.fault}; it must answer true or false of any event, also of one without structured fields: ask has(fields.name) first`,
      );
  }
  return rule;
}

function parseExpression(expression: string): Expr {
  try {
    return parse(expression).expr;
  } catch (error) {
    throw new RuleError((error as Error).message.replaceAll('<input>:', 'at '));
  }
}

function evaluator(expr: Expr): CompiledRule {
  const evaluate = plan(ENVIRONMENT, expr);
  return (facts) => {
    const answer = evaluate(facts as never);
    if (typeof answer === 'boolean') return answer;
    return { fault: isCelError(answer) ? answer.message : 'it answers neither true nor false' };
  };
}

/** One event that tells nothing, and one that tells everything. */
const SAMPLES: readonly Required<RuleFacts>[] = ['', 'sample'].map((text) => ({
  words: text,
  severity: BigInt(text.length),
  text,
  service: text,
  family: text,
  host: text,
  user: text,
  srcIp: text,
  dstIp: text,
  httpStatus: BigInt(text.length),
  vendor: text,
  action: text,
  fields: text === '' ? {} : { sample: text },
}));

const MAX_NESTED_LOOPS = 1;

/** Every name must be known, and that of a severity becomes its rank; loops over lists must not multiply. */
function resolveNames(expr: Expr, bound: ReadonlySet<string>, loops: number): void {
  const { exprKind } = expr;
  if (exprKind.case === 'identExpr') {
    const { name } = exprKind.value;
    if (bound.has(name)) return;
    if (!NAMES.has(name))
      throw new RuleError(`there is no "${name}"; an expression may ask for ${[...NAMES].join(', ')}`);
    const rank = RANKS.get(name);
    if (rank !== undefined) expr.exprKind = parse(String(rank)).expr.exprKind;
    return;
  }
  if (exprKind.case !== 'comprehensionExpr') {
    for (const part of partsOf(expr)) resolveNames(part, bound, loops);
    return;
  }
  if (loops === MAX_NESTED_LOOPS) throw new RuleError('it nests one loop over a list in another');
  const { iterVar, iterVar2, accuVar, iterRange } = exprKind.value;
  if (iterRange) resolveNames(iterRange, bound, loops);
  const inner = new Set([...bound, iterVar, iterVar2, accuVar]);
  for (const part of partsOf(expr)) if (part !== iterRange) resolveNames(part, inner, loops + 1);
}

function partsOf({ exprKind }: Expr): Expr[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return present(exprKind.value.operand);
    case 'callExpr':
      return present(exprKind.value.target, ...exprKind.value.args);
    case 'listExpr':
      return present(...exprKind.value.elements);
    case 'structExpr':
      return exprKind.value.entries.flatMap((entry) =>
        present(entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined, entry.value),
      );
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return present(iterRange, accuInit, loopCondition, loopStep, result);
    }
    default:
      return [];
  }
}

const present = (...parts: (Expr | undefined)[]): Expr[] => parts.filter((part) => part !== undefined);

/** What no event can mend: an operator between what it does not fit, a pattern that is none. */
const ALWAYS_WRONG = /no matching overload|regexp|unknown function|not found in/i;

/** Each part by itself, for what stands left of it may keep a fault from showing. */
function checkParts(expr: Expr): void {
  if (expr.exprKind.case === 'comprehensionExpr') return;
  for (const part of partsOf(expr)) checkParts(part);
  if (expr.exprKind.case !== 'callExpr') return;
  const rule = plan(ENVIRONMENT, expr);
  for (const sample of SAMPLES) {
    const answer = rule(sample as never);
    if (isCelError(answer) && ALWAYS_WRONG.test(answer.message)) throw new RuleError(answer.message);
  }
}
