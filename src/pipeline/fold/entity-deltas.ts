// What a batch adds per host, user and address, and for the rules: addition only, like all that is counted.
import { Severity } from '../../domain/severity.ts';
import { type Micros, minuteOf } from '../../domain/time.ts';
import type { EntityKind } from '../../domain/words.ts';
import type { EntityCounts, RuleCounts } from '../../store/entity-counters.ts';
import type { TouchedRule } from '../detect/touched.ts';
import type { EventReading } from '../rules/event-reader.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Counted {
  readonly signatureId: string;
  readonly detectionUs: Micros;
  readonly severity: Severity;
  readonly host?: string;
}

/** What they hold, also after it went from one thread to another. */
export type EntitySums = Pick<EntityDeltas, 'counts' | 'matches'>;

export class EntityDeltas {
  readonly counts = new Map<string, Mutable<EntityCounts>>();
  readonly matches = new Map<string, Mutable<RuleCounts>>();

  add(event: Counted, reading: EventReading, assetId: string): void {
    const minute = minuteOf(event.detectionUs);
    const one = {
      n: 1,
      errors: event.severity >= Severity.ERROR ? 1 : 0,
      authFailures: reading.isAuthFailure ? 1 : 0,
    };
    const entities = { HOST: event.host ?? '', USER: reading.user, SRC_IP: reading.srcIp };
    this.#count({ kind: 'ALL', entity: '', minute, ...one });
    for (const kind of KINDS)
      if (entities[kind] !== '') this.#count({ kind, entity: entities[kind], minute, ...one });
    if (reading.rule === null) return;
    const at = {
      ruleId: reading.rule.ruleId,
      minute,
      signatureId: event.signatureId,
      assetId,
      n: 1,
      worst: event.severity,
      firstUs: event.detectionUs,
      lastUs: event.detectionUs,
    };
    const named = reading.rule.per.filter((kind) => entities[kind] !== '');
    // Whoever is not named is still not passed over: the events count for their host.
    for (const kind of named.length > 0 ? named : HOST_ONLY)
      this.#match({ ...at, kind, entity: entities[kind] });
  }

  merge(other: EntitySums): void {
    for (const counts of other.counts.values()) this.#count(counts);
    for (const match of other.matches.values()) this.#match(match);
  }

  /** One range of minutes per rule and subject. */
  touched(): TouchedRule[] {
    const ranges = new Map<string, Mutable<TouchedRule>>();
    for (const { ruleId, kind, entity, minute } of this.matches.values()) {
      const key = `${ruleId}|${kind}|${entity}`;
      const range = ranges.get(key);
      if (range === undefined)
        ranges.set(key, { ruleId, kind, entity, fromMinute: minute, toMinute: minute });
      else {
        range.fromMinute = Math.min(range.fromMinute, minute);
        range.toMinute = Math.max(range.toMinute, minute);
      }
    }
    return [...ranges.values()];
  }

  #count(counts: EntityCounts): void {
    const key = `${counts.kind}|${counts.minute}|${counts.entity}`;
    const mine = this.counts.get(key);
    if (mine === undefined) {
      this.counts.set(key, { ...counts });
      return;
    }
    mine.n += counts.n;
    mine.errors += counts.errors;
    mine.authFailures += counts.authFailures;
  }

  #match(match: RuleCounts): void {
    const { ruleId, kind, minute, signatureId, assetId, entity } = match;
    const key = `${ruleId}|${kind}|${minute}|${signatureId}|${assetId}|${entity}`;
    const mine = this.matches.get(key);
    if (mine === undefined) {
      this.matches.set(key, { ...match });
      return;
    }
    mine.n += match.n;
    mine.worst = Math.max(mine.worst, match.worst) as Severity;
    mine.firstUs = Math.min(mine.firstUs, match.firstUs);
    mine.lastUs = Math.max(mine.lastUs, match.lastUs);
  }
}

const KINDS = ['HOST', 'USER', 'SRC_IP'] as const satisfies readonly EntityKind[];
const HOST_ONLY = ['HOST'] as const;
