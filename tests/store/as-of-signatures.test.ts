// What was known of signatures and of what people made of them, before people joined them, parted them, and took it back.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { type Micros, parseMicros } from '../../src/domain/time.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { createLesson } from '../../src/review/create-lesson.ts';
import { createRunbookHint } from '../../src/review/create-runbook-hint.ts';
import { mergeSignatures } from '../../src/review/signatures/merge-signatures.ts';
import { splitSignature } from '../../src/review/signatures/split-signature.ts';
import { undoBinding } from '../../src/review/signatures/undo-binding.ts';
import { readAsOf } from '../../src/store/as-of/read-as-of.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const MINUTE_MS = 60_000;

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: new Date().toISOString() });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`asof-sig-${++tenants}`);
});

const ctx = () => ({ store: t.store, clock: t.clock, caller, pipeline: t.pipeline });

async function now(): Promise<Micros> {
  const [row] = await t.store.read<{ at: string }[]>`select clock_timestamp() as at`;
  t.clock.set(new Date(Date.now() + 1).toISOString());
  return parseMicros(row!.at)!;
}

const served = (status: number, n: number) => `10.0.0.${n} - - "GET /cart HTTP/1.1" ${status} ${500 + n}`;
const connected = (n: number) => `connection from 10.0.0.${n} was accepted by the gateway`;
const refused = (n: number) => `connection towards 10.0.0.${n} was refused by the upstream`;

/** One event a minute, the last `minutesAgo`. */
async function tell(messages: readonly string[], minutesAgo: number): Promise<void> {
  await t.pipeline.ingestEvents(caller, {
    events: messages.map((message, i) => ({
      timestamp: new Date(Date.now() - (minutesAgo + messages.length - i) * MINUTE_MS).toISOString(),
      host: 'web-1',
      service: 'shop',
      severity: 'WARNING',
      message,
    })),
  });
  await t.pipeline.settle(caller.tenantId);
}

const ask = (text: string, asOfUs: Micros | null) =>
  seenBefore(ctx(), { message: { text, service: 'shop' } }, asOfUs);

async function said(text: string, asOfUs: Micros | null) {
  const { verdict, occurrenceCount, signatureId, lessonIds, runbookHintIds, episodes } = await ask(
    text,
    asOfUs,
  );
  const inEpisodes = episodes.reduce((sum, episode) => sum + episode.eventCount, 0);
  return { verdict, occurrenceCount, signatureId, lessonIds, runbookHintIds, inEpisodes };
}

const SERVED = [200, 500, 200, 500, 404, 200].map((status, i) => served(status, i));
const split = (signatureId: string, values: string[]) =>
  splitSignature(ctx(), { signatureId, by: { field: { name: 'httpStatus', values } } });

describe('a split', () => {
  it('was not known before it was made, and is known since; its undo and its return as well', async () => {
    await tell(SERVED, 60);
    const whole = await said(served(500, 77), null);
    expect(whole).toMatchObject({ verdict: 'YES', occurrenceCount: 6, inEpisodes: 6 });
    const hintId = await createRunbookHint(ctx(), {
      title: 'H',
      hintText: 'T',
      signatureIds: [whole.signatureId!],
    });
    const answers: [Micros, number, object][] = [];
    /** What is said now must be said of this moment for ever. */
    const note = async () => {
      for (const status of [500, 200, 404]) {
        const { signatureId: _, ...today } = await said(served(status, 77), null);
        answers.push([await now(), status, today]);
      }
    };
    await note();
    const { bindingId, partId } = await split(whole.signatureId!, ['500']);
    await note();
    await tell([served(500, 8), served(200, 9), served(500, 10)], 20);
    await note();
    await undoBinding(ctx(), { bindingId: bindingId! });
    await note();
    await tell([served(500, 11)], 5);
    await note();
    const again = await split(whole.signatureId!, ['500', '404']);
    expect(again.partId).not.toBeNull();
    await note();

    expect(answers.filter(([, status]) => status === 500).map(([, , said]) => said)).toMatchObject(
      [6, 2, 4, 9, 10, 6].map((occurrenceCount) => ({ occurrenceCount, runbookHintIds: [hintId] })),
    );
    for (const [at, status, today] of answers)
      expect(await said(served(status, 77), at), `${status} at ${at}`).toMatchObject(today);
    const [before] = answers[0]!;
    expect(await said(served(500, 77), before)).toMatchObject({ signatureId: whole.signatureId });
    const bySignature = await seenBefore(ctx(), { signatureId: partId! }, before);
    expect(bySignature).toMatchObject({ occurrenceCount: 6, signatureId: whole.signatureId });
  });
});

describe('a merge', () => {
  it('was not known before it was made, and is known since; its undo as well', async () => {
    await tell([connected(1), connected(2), refused(3)], 60);
    const one = await said(connected(9), null);
    const other = await said(refused(9), null);
    expect([one.occurrenceCount, other.occurrenceCount]).toEqual([2, 1]);
    const lessonId = await createLesson(ctx(), {
      title: 'L',
      summary: 'S',
      recommendation: 'R',
      signatureIds: [other.signatureId!],
    });
    const apart = await now();
    const merged = await mergeSignatures(ctx(), {
      signatureIds: [one.signatureId!, other.signatureId!],
    });
    const together = await now();
    await tell([refused(4)], 30);
    const more = await now();
    await undoBinding(ctx(), { bindingId: merged.bindingId! });
    const parted = await now();
    const expected: [Micros | null, number, number, readonly string[]][] = [
      [apart, 2, 1, []],
      [together, 3, 3, [lessonId]],
      [more, 4, 4, [lessonId]],
      [parted, 2, 2, []],
      [null, 2, 2, []],
    ];
    for (const [at, ofOne, ofOther, lessonIds] of expected) {
      expect(await said(connected(9), at)).toMatchObject({
        verdict: 'YES',
        occurrenceCount: ofOne,
        inEpisodes: ofOne,
      });
      expect(await said(refused(9), at)).toMatchObject({
        verdict: 'YES',
        occurrenceCount: ofOther,
        inEpisodes: ofOther,
      });
      expect((await said(connected(9), at)).lessonIds).toEqual(lessonIds);
      expect((await said(refused(9), at)).lessonIds).toEqual([lessonId]);
    }
    expect((await said(connected(9), apart)).signatureId).toBe(one.signatureId);
    expect((await said(refused(9), apart)).signatureId).toBe(other.signatureId);
  });
});

describe('candidates', () => {
  const days = (status: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      timestamp: new Date(Date.now() - (count - i) * 86_400_000).toISOString(),
      host: 'web-1',
      service: 'shop',
      severity: 'ERROR' as const,
      message: served(status, i),
    }));
  const signaturesOf = async (asOfUs: Micros | null) => {
    const read = (sql: typeof t.store.read) => sql<{ subject: string; key: string; n: number }[]>`
      select split_part(split_part(c.subject, '@', 1), 'sig:', 2) as subject, s.key, s.occurrence_count::int as n
        from candidate c join candidate_signature x using (tenant_id, candidate_id)
        join signature s on s.tenant_id = c.tenant_id and s.signature_id = x.signature_id
       where c.tenant_id = ${caller.tenantId} and c.type = 'RECURRENCE' and not c.withdrawn and c.redirected_to_id is null
       order by s.key`;
    return [...(asOfUs === null ? await read(t.store.read) : await readAsOf(t.store.read, asOfUs, read))];
  };

  it('had the signatures that they had, with the counts of then', async () => {
    await t.pipeline.ingestEvents(caller, { events: days(500, 5) });
    await tell([served(200, 1)], 1);
    const whole = await signaturesOf(null);
    expect(whole).toMatchObject([{ n: 6, subject: whole[0]!.key }]);
    const before = await now();
    const { signatureId } = await said(served(500, 9), null);
    const { bindingId } = await split(signatureId!, ['500']);
    const parted = await signaturesOf(null);
    expect(parted).toMatchObject([{ n: 5 }]);
    expect(parted[0]!.key).not.toBe(whole[0]!.key);
    const between = await now();
    await undoBinding(ctx(), { bindingId: bindingId! });
    const after = await now();
    expect(await signaturesOf(null)).toEqual(whole);
    expect(await signaturesOf(after)).toEqual(whole);
    expect((await signaturesOf(between)).map(({ key, n }) => ({ key, n }))).toEqual(
      parted.map(({ key, n }) => ({ key, n })),
    );
    expect(await signaturesOf(before)).toEqual(whole);
  });
});
