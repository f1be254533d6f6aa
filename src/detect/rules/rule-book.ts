// The rules of one tenant, in order. Most are settled by an event's words and severity, which all events of its form
// share: only where these leave a rule open is it asked of the single event.
import type { Rule } from '../../domain/rule.ts';
import type { Severity } from '../../domain/severity.ts';
import { type CompiledRule, compileRule, formFacts, RuleError, type RuleFacts } from './compile-rule.ts';

/** A rule that an event of a form may fulfil; where `holds`, every one does. */
export interface OpenRule {
  readonly rule: Rule;
  readonly compiled: CompiledRule;
  readonly holds: boolean;
}

export class RuleBook {
  readonly version: number;
  /** Rules that cannot be used, with the reason. */
  readonly broken: ReadonlyMap<string, string>;
  readonly #rules: readonly { readonly rule: Rule; readonly compiled: CompiledRule }[];

  constructor(version: number, rules: readonly Rule[]) {
    this.version = version;
    const broken = new Map<string, string>();
    this.#rules = rules
      .filter((rule) => rule.enabled)
      .sort((a, b) => a.position - b.position || (a.name < b.name ? -1 : 1))
      .flatMap((rule) => {
        try {
          return [{ rule, compiled: compileRule(rule.expression) }];
        } catch (error) {
          if (!(error instanceof RuleError)) throw error;
          broken.set(rule.ruleId, error.message);
          return [];
        }
      });
    this.broken = broken;
  }

  /** What is left to ask of events with these words and this severity, up to the first rule that holds for all. */
  openFor(words: string, severity: Severity): OpenRule[] {
    const facts = formFacts(words, severity);
    const open: OpenRule[] = [];
    for (const { rule, compiled } of this.#rules) {
      const answer = compiled(facts);
      if (answer === false) continue;
      open.push({ rule, compiled, holds: answer === true });
      if (answer === true) break;
    }
    return open;
  }
}

/** The first rule that the event fulfils. A rule that fails on it is reported, and the next one asked. */
export function firstMatch(
  open: readonly OpenRule[],
  facts: RuleFacts,
  report: (rule: Rule, fault: string) => void,
): Rule | null {
  for (const { rule, compiled, holds } of open) {
    if (holds) return rule;
    const answer = compiled(facts);
    if (answer === true) return rule;
    if (answer !== false) report(rule, answer.fault);
  }
  return null;
}
