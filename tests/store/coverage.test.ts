// Every kind of hole in memory: that coverage names it, and that an answer is UNKNOWN where the hole could hide it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { noteFault, noteLoss } from '../../src/store/sources.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z', retentionDays: 30, maxFormsPerPartition: 5 });
});
afterAll(() => t.close());
beforeEach(async () => {
  t.clock.set('2026-03-10T12:00:00Z');
  caller = await t.callerOf(`coverage${++tenants}`);
});

const askText = (text: string, place: { service?: string; host?: string } = {}) =>
  seenBefore({ store: t.store, clock: t.clock, caller }, { message: { text, ...place } });

async function remember(lines: string[], source = 'edge'): Promise<void> {
  await t.pipeline.ingestLines(
    caller,
    { lines, sourceType: 'SYSLOG' },
    { name: source, connector: 'syslog' },
  );
  await t.pipeline.settle(caller.tenantId);
}

const us = (at: string) => Date.parse(at) * 1_000;
const NEVER = 'the reactor coolant pump has tripped twice';
const LINE = 'Mar 10 08:00:00 gate app[1]: worker 7 has finished its nightly batch';

it('is complete where no hole is known: NO speaks for all of it', async () => {
  await remember([LINE]);
  const answer = await askText(NEVER, { service: 'app', host: 'gate' });
  expect(answer.verdict).toBe('NO');
  expect(answer.coverage).toMatchObject({ complete: true, gaps: [], fromUs: us('2026-03-10T08:00:00Z') });
});

describe('a source that lost inputs', () => {
  it('leaves a hole for the services and hosts that it feeds, and only for those', async () => {
    await remember([LINE]);
    await remember(['Mar 10 08:00:00 mail smtpd[1]: connect from 10.0.0.7'], 'other');
    const loss = { lost: 40, reason: 'The queue was full.' };
    const [from, middle, to] = ['2026-03-10T09:00:00Z', '2026-03-10T09:00:20Z', '2026-03-10T09:00:30Z'].map(
      us,
    );
    await noteLoss(t.store, caller.tenantId, 'edge', { ...loss, fromUs: from!, toUs: middle! });
    await noteLoss(t.store, caller.tenantId, 'edge', { ...loss, fromUs: middle!, toUs: to! });
    const hidden = await askText(NEVER, { service: 'app' });
    expect(hidden.verdict).toBe('UNKNOWN');
    expect(hidden.coverage.gaps).toEqual([
      {
        kind: 'DROPPED',
        fromUs: from,
        toUs: to,
        reason: '"edge" lost 80 inputs. The queue was full.',
        sourceId: expect.any(String),
      },
    ]);
    expect(hidden.explanation).toContain('"edge" lost 80 inputs');
    expect((await askText(NEVER, { service: 'smtpd' })).verdict).toBe('NO');
    expect((await askText('worker 9 has finished its nightly batch', { service: 'app' })).verdict).toBe(
      'YES',
    );
  });
});

describe('a source that was turned off, or fails', () => {
  it('leaves an open hole from what it brought last', async () => {
    await remember([LINE]);
    await t.store.writePool.query('update source set enabled = false where tenant_id = $1', [
      caller.tenantId,
    ]);
    const off = await askText(NEVER, { host: 'gate' });
    expect(off.verdict).toBe('UNKNOWN');
    expect(off.coverage.gaps).toMatchObject([
      { kind: 'DISABLED', fromUs: us('2026-03-10T12:00:00Z'), toUs: null },
    ]);
    expect(off.explanation).toContain('"edge" is disabled');
    await t.store.writePool.query('update source set enabled = true where tenant_id = $1', [caller.tenantId]);
    await noteFault(t.store, caller.tenantId, 'edge', 'connection refused', us('2026-03-10T12:30:00Z'));
    const failing = await askText(NEVER, { host: 'gate' });
    expect(failing.verdict).toBe('UNKNOWN');
    expect(failing.coverage.gaps).toMatchObject([{ kind: 'FAILING', toUs: null }]);
    expect(failing.explanation).toContain('connection refused');
    t.clock.set('2026-03-10T13:00:00Z');
    await remember([LINE]);
    expect((await askText(NEVER, { host: 'gate' })).verdict).toBe('NO');
  });
});

describe('events past the retention', () => {
  it('are gone as lines and known as signatures: the same line is YES, the event itself is UNKNOWN', async () => {
    await remember([LINE]);
    const [event] = await t.store.read<{ event_id: string }[]>`
      select event_id from event where tenant_id = ${caller.tenantId}`;
    t.clock.set('2026-05-01T12:00:00Z');
    const later = t.another();
    await later.start();
    await remember(['May  1 11:00:00 gate app[1]: lease of 10.0.0.7 was renewed']);
    const known = await askText(LINE);
    expect(known).toMatchObject({ verdict: 'YES', occurrenceCount: 1 });
    expect(known.coverage).toMatchObject({
      complete: false,
      gaps: [{ kind: 'EXPIRED', fromUs: us('2026-03-10T08:00:00Z'), sourceId: null }],
    });
    expect(known.coverage.gaps[0]!.toUs).toBeGreaterThan(us('2026-03-10T08:00:00Z'));
    const gone = await seenBefore({ store: t.store, clock: t.clock, caller }, { eventId: event!.event_id });
    expect(gone.verdict).toBe('UNKNOWN');
    expect(gone.explanation).toMatch(/2026-03-10 08:00 UTC is past the retention.*Ask with its text/);
  });

  it('are rejected when they come too late, and what was rejected can hide an answer', async () => {
    await remember([LINE, '2026-01-01T00:00:00Z gate app: the reactor coolant pump has tripped']);
    const answer = await askText('the reactor coolant pump has tripped');
    expect(answer.verdict).toBe('UNKNOWN');
    expect(answer.coverage.gaps).toMatchObject([
      { kind: 'REJECTED', reason: expect.stringContaining('with these very words') },
      { kind: 'REJECTED', reason: expect.stringContaining('older than the retention') },
    ]);
  });
});

describe('a service with more forms than are told apart', () => {
  it('may have said it: UNKNOWN, with how many messages it could be', async () => {
    const words = ['alpha', 'bravo', 'carbon', 'delta', 'ember', 'foxglove', 'granite', 'harbour'];
    await remember(
      words.map((word, i) => `Mar 10 08:00:0${i} gate free[1]: ${word} ${word}ly ${word}ness ${i}`),
    );
    const answer = await askText('reactor coolant tripped 7', { service: 'free' });
    expect(answer.verdict).toBe('UNKNOWN');
    expect(answer.explanation).toMatch(/more forms of messages than are told apart; 3 messages/);
    expect((await askText('reactor coolant tripped 7', { service: 'app' })).verdict).toBe('NO');
  });
});
