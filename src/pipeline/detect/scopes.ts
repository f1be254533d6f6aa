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

export type Scope = RecurrenceScope | BurstScope | SelfHealScope;

export const scopeKey = (scope: { readonly type: string; readonly subject: string }): string =>
  `${scope.type}|${scope.subject}`;

/** The signatures that a candidate of this scope is about. */
export const membersOf = (scope: Scope): readonly SignatureRow[] =>
  scope.type === 'SELF_HEAL' ? scope.members.map(asRoot) : [scope.signature];

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
