import type { Severity } from './severity.ts';
import type { EntityKind } from './words.ts';

/** What a tenant wants to be told of: events that fulfil `expression`, `count` of them within a window. */
export interface RuleContent {
  /** Unique within the tenant. */
  readonly name: string;
  readonly description: string;
  /** In the Common Expression Language; answers true or false of one event. */
  readonly expression: string;
  /** Of the signal; null: the worst of the events. */
  readonly severity: Severity | null;
  readonly count: number;
  readonly windowMinutes: number;
  /** Whose events are counted together. */
  readonly per: readonly EntityKind[];
  /** Of the rules that an event fulfils only the first counts: the least position, then the name. */
  readonly position: number;
  readonly enabled: boolean;
}

export interface Rule extends RuleContent {
  readonly ruleId: string;
}
