import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/domain/errors.ts';
import type { IncidentChangeReason } from '../../src/domain/words.ts';
import { coalesce, type FollowRules, follow } from '../../src/graph/subscription/follow.ts';
import type { FeedBatch, FeedItem } from '../../src/live/subscriber.ts';

const change =
  (kind: 'CREATED' | 'UPDATED' | 'REMOVED') =>
  (seq: number, subjectId: string, reason: IncidentChangeReason | null = null): FeedItem => ({
    seq: `${seq}`,
    subjectId,
    kind,
    reason,
  });
const created = change('CREATED');
const updated = change('UPDATED');
const removed = change('REMOVED');
const gap = (seq: number): FeedItem => ({ seq: `${seq}`, kind: 'GAP', fromSeq: '0', reason: 'pruned' });

const short = (items: readonly { kind: string; seq: string }[]) =>
  items.map(({ kind, seq }) => `${kind} ${seq}`);

/** `matching` gives the keys that match at each batch. */
async function told(
  batches: readonly FeedBatch[],
  matching: readonly (readonly string[])[],
  before: readonly string[] = [],
) {
  let at = -1;
  const rules: FollowRules = {
    matching: async () => new Set(matching[++at]),
    matchedBefore: async (keys) => new Set(keys.filter((key) => before.includes(key))),
  };
  async function* feed() {
    yield* batches;
  }
  const changes = [];
  for await (const change of follow(feed(), rules))
    changes.push(`${change.kind} ${change.seq} ${change.key}`);
  return changes;
}

describe('coalescing a batch', () => {
  it('keeps the latest change of each subject, in the order of the cursors', () => {
    expect(short(coalesce([updated(1, 'a'), updated(2, 'b'), updated(3, 'a'), updated(4, 'c')]))).toEqual([
      'UPDATED 2',
      'UPDATED 3',
      'UPDATED 4',
    ]);
  });

  it('keeps telling that a subject is new', () => {
    expect(short(coalesce([created(1, 'a'), updated(2, 'a')]))).toEqual(['CREATED 2']);
    expect(short(coalesce([created(1, 'a'), removed(2, 'a')]))).toEqual(['REMOVED 2']);
  });

  it('keeps every gap where it is', () => {
    expect(short(coalesce([gap(5), updated(6, 'a'), gap(9)]))).toEqual(['GAP 5', 'UPDATED 6', 'GAP 9']);
  });

  it('always keeps the last cursor of the batch', () => {
    expect(coalesce([updated(1, 'a'), updated(2, 'a'), updated(3, 'b')]).at(-1)?.seq).toBe('3');
  });
});

describe('what a subscriber is told', () => {
  it('is what matches, with the kind that the feed gave it', async () => {
    expect(await told([[created(1, 'a'), updated(2, 'b')]], [['a', 'b']])).toEqual([
      'CREATED 1 a',
      'UPDATED 2 b',
    ]);
  });

  it('is REMOVED once when something stops matching, and UPDATED when it matches again', async () => {
    expect(
      await told(
        [[updated(1, 'a')], [updated(2, 'a')], [updated(3, 'a')], [updated(4, 'a')]],
        [['a'], [], [], ['a']],
      ),
    ).toEqual(['UPDATED 1 a', 'REMOVED 2 a', 'UPDATED 4 a']);
  });

  it('is REMOVED for what matched before the subscription, and nothing for what never did', async () => {
    expect(await told([[updated(1, 'old'), updated(2, 'never')]], [[]], ['old'])).toEqual(['REMOVED 1 old']);
  });

  it('is nothing for what was created without matching', async () => {
    expect(await told([[created(1, 'a')], [updated(2, 'a')]], [[], []], ['a'])).toEqual([]);
  });

  it('names every reason of an incident whose changes are told as one', async () => {
    const batches = async function* () {
      yield [
        updated(1, 'a', 'REOPENED'),
        updated(2, 'b', 'EDITED'),
        updated(3, 'a', 'RECURRED'),
        updated(4, 'a', 'RECURRED'),
      ];
      yield [updated(5, 'a', 'OBSERVED')];
    };
    const all: FollowRules = {
      matching: async (keys) => new Set(keys),
      matchedBefore: async () => new Set(),
    };
    const reasons = [];
    for await (const { key, reasons: why } of follow(batches(), all)) reasons.push(`${key} ${why.join()}`);
    expect(reasons).toEqual(['b EDITED', 'a REOPENED,RECURRED', 'a OBSERVED']);
  });

  it('is every gap', async () => {
    expect(await told([[gap(7)]], [])).toEqual(['GAP 7 null']);
  });

  it('waits out a database that is away, but not a fault of the caller', async () => {
    let asked = 0;
    const batches = async function* () {
      yield [updated(1, 'a')];
    };
    const flaky: FollowRules = {
      matching: async () => {
        asked += 1;
        if (asked === 1) throw new Error('connection lost');
        return new Set(['a']);
      },
      matchedBefore: async () => new Set(),
    };
    expect((await follow(batches(), flaky).next()).value).toMatchObject({ kind: 'UPDATED', key: 'a' });
    const wrong: FollowRules = {
      ...flaky,
      matching: () => Promise.reject(new ValidationError('no such id')),
    };
    await expect(follow(batches(), wrong).next()).rejects.toThrow('no such id');
  });
});
