// What is to be looked at again: one subject of one type, and the times that were touched.
import type { Finding } from '../../detect/finding.ts';
import type { Micros } from '../../domain/time.ts';
import type { SignatureRow } from './facts.ts';

interface Touch {
  readonly subject: string;
  /** Both ends included. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

export interface RecurrenceScope extends Touch {
  readonly type: 'RECURRENCE';
  readonly signature: SignatureRow;
}

export interface BurstScope extends Touch {
  readonly type: 'BURST';
  readonly signature: SignatureRow;
  readonly assetId: string;
}

export interface SelfHealScope extends Touch {
  readonly type: 'SELF_HEAL';
  readonly pairKey: string;
  /** All signatures of the pair, by key order. */
  readonly members: readonly SignatureRow[];
  readonly assetId: string;
}

export interface AnomalyScope extends Touch {
  readonly type: 'ANOMALY';
  readonly about: 'SIGNATURE';
  readonly signature: SignatureRow;
}

export interface SilenceScope extends Touch {
  readonly type: 'ANOMALY';
  readonly about: 'SILENCE';
  readonly assetId: string;
  readonly hostname: string;
}

export interface SpreadScope extends Touch {
  readonly type: 'SPREAD';
  readonly signature: SignatureRow;
}

export interface PrecursorScope extends Touch {
  readonly type: 'PRECURSOR';
  readonly failure: SignatureRow;
  readonly sign: SignatureRow;
  /** All pairs of a failure are judged together, before their scopes are known. */
  readonly findings: Finding[];
}

export type Scope =
  | RecurrenceScope
  | BurstScope
  | SelfHealScope
  | AnomalyScope
  | SilenceScope
  | SpreadScope
  | PrecursorScope;

export const scopeKey = (scope: { readonly type: string; readonly subject: string }): string =>
  `${scope.type}|${scope.subject}`;

/** The signatures that a candidate of this scope is about. */
export function membersOf(scope: Scope): readonly SignatureRow[] {
  if (scope.type === 'SELF_HEAL') return scope.members.map(asRoot);
  if (scope.type === 'PRECURSOR') return [scope.failure, scope.sign];
  return 'signature' in scope ? [scope.signature] : [];
}

/** A form of a pair, as it is counted and shown. */
export const asRoot = (row: SignatureRow): SignatureRow => ({ ...row, signatureId: row.rootId });

/** The scope with the runs near its touched times, judged. */
export interface Judged {
  readonly scope: Scope;
  readonly findings: Finding[];
}

/** One scope per subject, its times joined. */
export function mergeScopes(scopes: readonly Scope[]): Scope[] {
  const merged = new Map<string, Scope>();
  for (const scope of scopes) {
    const key = scopeKey(scope);
    const known = merged.get(key);
    merged.set(
      key,
      known === undefined
        ? scope
        : { ...scope, fromUs: Math.min(known.fromUs, scope.fromUs), toUs: Math.max(known.toUs, scope.toUs) },
    );
  }
  return [...merged.values()];
}
