// From the feed's changes to what one subscriber is told: only what its filter lets through, and that something left.
import { setTimeout as delay } from 'node:timers/promises';
import { CallerError } from '../../domain/errors.ts';
import type { ChangeKind, IncidentChangeReason } from '../../domain/words.ts';
import type { Change, FeedBatch, FeedGap, FeedItem } from '../../live/subscriber.ts';

export interface FollowedChange {
  readonly kind: ChangeKind;
  readonly seq: string;
  /** null for a gap. */
  readonly key: string | null;
  readonly gap: FeedGap | null;
  /** Of an incident, oldest first: several where its changes are told as one. */
  readonly reasons: readonly IncidentChangeReason[];
}

export interface FollowRules {
  /** The keys that match the subscriber's filter now. */
  matching(keys: readonly string[]): Promise<Set<string>>;
  /** The keys that matched before their latest change: asked of those that do not match now. */
  matchedBefore(keys: readonly string[]): Promise<Set<string>>;
}

/** Subjects whose last match is remembered; of older ones it is asked again. */
const REMEMBERED = 20_000;
const RETRIES = 20;
const RETRY_MS = 250;

/** Ends with `batches`, and ends them when it is returned. */
export async function* follow(
  batches: AsyncIterable<FeedBatch>,
  rules: FollowRules,
): AsyncGenerator<FollowedChange, void, undefined> {
  const matched = new Map<string, boolean>();
  for await (const batch of batches) {
    const items = coalesce(batch);
    const reasons = reasonsIn(batch);
    const keys = [...new Set(items.flatMap((item) => (item.kind === 'GAP' ? [] : [item.subjectId])))];
    const matching = keys.length === 0 ? new Set<string>() : await patiently(() => rules.matching(keys));
    const asked = items.filter((item) => isUndecided(item, matching, matched)) as Change[];
    const before =
      asked.length === 0
        ? new Set<string>()
        : await patiently(() => rules.matchedBefore(asked.map((item) => item.subjectId)));
    for (const item of items) {
      if (item.kind === 'GAP') {
        yield { kind: 'GAP', seq: item.seq, key: null, gap: item, reasons: [] };
        continue;
      }
      const key = item.subjectId;
      const isMatching = matching.has(key);
      const wasMatching = matched.get(key) ?? before.has(key);
      remember(matched, key, isMatching);
      const told = { seq: item.seq, key, gap: null, reasons: reasons.get(key) ?? [] };
      if (isMatching) yield { kind: item.kind, ...told };
      else if (wasMatching) yield { kind: 'REMOVED', ...told };
    }
  }
}

/**
 * Of several changes of one subject the last, in the order of the feed: whoever resumes after any of the kept ones
 * misses none. A subject created here stays CREATED.
 */
export function coalesce(batch: FeedBatch): FeedItem[] {
  const last = new Map<string, Change>();
  for (const item of batch) {
    if (item.kind === 'GAP') continue;
    const earlier = last.get(item.subjectId);
    const isNew = earlier?.kind === 'CREATED' && item.kind === 'UPDATED';
    last.set(item.subjectId, isNew ? { ...item, kind: 'CREATED' } : item);
  }
  return batch.flatMap((item): FeedItem[] => {
    if (item.kind === 'GAP') return [item];
    const kept = last.get(item.subjectId);
    return kept?.seq === item.seq ? [kept] : [];
  });
}

/** Why each subject changed within the batch, without repetitions. */
function reasonsIn(batch: FeedBatch): Map<string, IncidentChangeReason[]> {
  const reasons = new Map<string, IncidentChangeReason[]>();
  for (const item of batch) {
    if (item.kind === 'GAP' || item.reason === null) continue;
    const known = reasons.get(item.subjectId) ?? [];
    if (!known.includes(item.reason)) reasons.set(item.subjectId, [...known, item.reason]);
  }
  return reasons;
}

const isUndecided = (
  item: FeedItem,
  matching: ReadonlySet<string>,
  matched: ReadonlyMap<string, boolean>,
): boolean =>
  item.kind !== 'GAP' &&
  item.kind !== 'CREATED' &&
  !matching.has(item.subjectId) &&
  !matched.has(item.subjectId);

function remember(matched: Map<string, boolean>, key: string, isMatching: boolean): void {
  matched.delete(key);
  matched.set(key, isMatching);
  if (matched.size > REMEMBERED) for (const oldest of matched.keys()) return void matched.delete(oldest);
}

// A database that restarts shall not end the subscriptions; what the caller caused does.
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof CallerError || attempt === RETRIES) throw error;
      await delay(RETRY_MS);
    }
  }
}
