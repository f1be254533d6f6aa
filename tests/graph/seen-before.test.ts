// Each verdict, each hole of memory and each way in which an episode ended, as the graph tells it; and that whatever an
// explanation names is found in the fields of the same answer.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { documentRecords } from '../../src/archive/documents/document-records.ts';
import { importRecords } from '../../src/archive/import.ts';
import type { Caller } from '../../src/domain/caller.ts';
import { encodeGlobalId } from '../../src/domain/global-id.ts';
import { noteFault, noteLoss } from '../../src/store/sources.ts';
import { type Answer, askerOf } from '../support/asker.ts';
import { unexplained, WHOLE_ANSWER } from '../support/explained.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
let answers: { answer: Answer; asked: string }[];
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z', retentionDays: 30, maxFormsPerPartition: 5 });
});
afterAll(() => t.close());
beforeEach(async () => {
  answers = [];
  t.clock.set('2026-03-10T12:00:00Z');
  caller = await t.callerOf(`told${++tenants}`);
});
afterEach(() => {
  for (const { answer, asked } of answers)
    expect({ explanation: answer.explanation, unexplained: unexplained(answer, asked) }).toEqual({
      explanation: answer.explanation,
      unexplained: [],
    });
});

async function ask(input: object): Promise<Answer> {
  const { seenBefore } = await askerOf(t, caller).ask(
    `query ($input: SeenBeforeInput!) { seenBefore(input: $input) { ${WHOLE_ANSWER} } }`,
    { input },
  );
  answers.push({ answer: seenBefore, asked: JSON.stringify(input) });
  return seenBefore;
}

const askText = (text: string, place: { service?: string; host?: string } = {}) =>
  ask({ message: { text, ...place } });

async function remember(lines: string[], source = 'edge'): Promise<void> {
  const input = { lines, sourceType: 'SYSLOG' } as const;
  await t.pipeline.ingestLines(caller, input, { name: source, connector: 'syslog' });
  await t.pipeline.settle(caller.tenantId);
}

const run = (text: string, ...values: unknown[]) =>
  t.store.writePool.query(text, [caller.tenantId, ...values]);
const us = (at: string) => Date.parse(at) * 1_000;
const two = (n: number) => String(n).padStart(2, '0');

const NEVER = 'the reactor coolant pump has tripped twice';
const failure = (time: string, host = 'gate') =>
  `Mar 10 ${time} ${host} raid[1]: array md7 lost the disk in bay 4 and runs without a spare`;

async function remembered(title: string): Promise<void> {
  await run(
    `with i as (
       insert into incident (tenant_id, title, summary, incident_type, first_observed_at, last_observed_at,
                             recurrence_count, impact_level, confidence)
       values ($1, $2, '', 'test', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z', 3, 'HIGH', 500000) returning incident_id),
     s as (insert into incident_signature (tenant_id, incident_id, signature_id)
           select $1, i.incident_id, s.signature_id from i, signature s where s.tenant_id = $1 and s.service = 'raid'),
     h as (insert into runbook_hint (tenant_id, title, hint_text, confidence, worked_count, failed_count)
           values ($1, 'Swap it', 'Order disk 4711 first.', 500000, 2, 1) returning hint_id)
     insert into hint_incident (tenant_id, hint_id, incident_id) select $1, hint_id, incident_id from h, i`,
    title,
  );
}

describe('YES', () => {
  it('with how often, when, where, how it ended, and what is known of it', async () => {
    await remember([
      failure('08:00:00'),
      failure('08:05:00', 'db-1'),
      failure('10:00:00'),
      failure('11:50:00'),
    ]);
    await remembered('The array of 2024');
    await remembered('Another one');
    const answer = await askText('array md9 lost the disk in bay 12 and runs without a spare', {
      host: 'db-1',
    });
    expect(answer).toMatchObject({ verdict: 'YES', occurrenceCount: 4, similar: [], closest: null });
    expect(answer.explanation).toMatch(
      /^Yes\. «.*» \(raid\) was seen 4 times in 3 episodes on 2 hosts, first at 2026-03-10 08:00 UTC, last at 2026-03-10 11:50 UTC/,
    );
    expect(answer.explanation).toContain('It has happened on db-1 before.');
    expect(answer.explanation).toContain('"The array of 2024" (impact HIGH) and 1 other');
    expect(answer.explanation).toContain('its advice worked 2 of 3 times');
    expect(answer.explanation).toContain('First step: Order disk 4711 first.');
  });

  it('with what people think of the lesson, where its advice was not tried', async () => {
    await remember([failure('08:00:00')]);
    await remembered('The array of 2024');
    await run('delete from hint_incident where tenant_id = $1');
    await run(
      `with l as (insert into lesson (tenant_id, title, summary, recommendation, confidence)
                  values ($1, 'Spares', 's', 'Keep 2 spares.', 730000) returning lesson_id)
       insert into incident_lesson (tenant_id, incident_id, lesson_id)
       select $1, incident_id, lesson_id from incident, l where incident.tenant_id = $1`,
    );
    const answer = await askText('array md9 lost the disk in bay 12 and runs without a spare');
    expect(answer.explanation).toMatch(/its lesson is trusted by 73 %\. What was learned: Keep 2 spares\./);
  });

  it('counts no more episodes than it shows', async () => {
    await remember(
      Array.from(
        { length: 23 },
        (_, i) =>
          `Mar  ${8 + Math.floor(i / 12)} ${two((i % 12) * 2)}:00:00 gate raid[1]: array md7 lost a disk`,
      ),
    );
    const answer = await askText('array md1 lost a disk');
    expect(answer.episodes).toHaveLength(20);
    expect(answer.explanation).toContain('23 times in more than 20 episodes');
  });

  it('by a family, with the word that is new', async () => {
    const sync = (name: string) => `the sync of shelf ${name} is behind by 4 pages`;
    await remember(['alder', 'beech'].map((name) => `Mar 10 08:00:00 gate sync[1]: ${sync(name)}`));
    const answer = await askText(sync('cedar'));
    expect(answer).toMatchObject({ verdict: 'YES', occurrenceCount: 1 });
    expect(answer.explanation).toContain('"cedar" alone differs');
    await remember(['maple', 'birch'].map((name) => `Mar 10 08:00:00 gate sync[1]: ${sync(name)}`));
    expect(await askText(sync('cedar'))).toMatchObject({ verdict: 'YES', occurrenceCount: 4 });
  });
});

describe('an explanation that named what the answer does not show', () => {
  it('would be found out', async () => {
    await remember([
      failure('08:00:00'),
      failure('10:00:00'),
      'Mar 10 11:50:00 gate cron[1]: a turn of the hourly run',
    ]);
    const answer = await askText('array md9 lost the disk in bay 12 and runs without a spare');
    expect(unexplained({ ...answer, occurrenceCount: 3 }, '')).toEqual(['2']);
    expect(unexplained({ ...answer, lastSeenAt: answer.firstSeenAt }, '')).toContain('10:00');
    expect(unexplained({ ...answer, signature: null }, '')).toEqual([expect.stringMatching(/^«array/)]);
  });
});

describe('how an episode ended', () => {
  const outcomesOf = (answer: Answer) => answer.episodes.map((e: Answer) => e.outcome);
  const uplink = (time: string, state: string) =>
    `Mar 10 ${time} sw-1 link[1]: Interface xe-0/0/7 of the uplink went ${state}`;
  const DOWN = 'Interface xe-0/0/1 of the uplink went down';

  it('ONGOING while less than thirty minutes of events have passed, then ENDED', async () => {
    await remember([uplink('08:00:00', 'down'), 'Mar 10 08:20:00 sw-1 cron[1]: a turn of the hourly run']);
    expect(outcomesOf(await askText(DOWN))).toEqual(['ONGOING']);
    await remember(['Mar 10 08:31:00 sw-1 cron[1]: a turn of the hourly run']);
    expect(outcomesOf(await askText(DOWN))).toEqual(['ENDED']);
  });

  it('HEALED where its recovery was seen on the same host', async () => {
    await remember([
      uplink('08:00:00', 'down'),
      uplink('08:01:00', 'up'),
      uplink('10:00:00', 'down'),
      'Mar 10 11:00:00 sw-1 cron[1]: a turn of the hourly run',
    ]);
    const answer = await askText(DOWN);
    expect(outcomesOf(answer)).toEqual(['ENDED', 'HEALED']);
    expect(answer.explanation).toContain('is over; 1 of 2 healed by themselves');
  });

  it('WENT_SILENT where the host said nothing more, against its habits', async () => {
    const steady = (host: string, hour: number) =>
      Array.from(
        { length: 30 },
        (_, i) => `Mar 10 ${two(hour)}:${two(2 * i)}:00 ${host} cron[1]: a turn of the hourly run`,
      );
    await remember([
      ...steady('sw-1', 7),
      uplink('07:59:00', 'down'),
      ...[7, 8, 9, 10].flatMap((h) => steady('sw-2', h)),
    ]);
    const answer = await askText(DOWN);
    expect(outcomesOf(answer)).toEqual(['WENT_SILENT']);
    expect(answer.explanation).toContain('ended with its host falling silent');
  });

  it('ACKNOWLEDGED where a person took note of its signal', async () => {
    await remember([uplink('08:00:00', 'down'), 'Mar 10 11:00:00 sw-1 cron[1]: a turn of the hourly run']);
    await run(
      `insert into signal (tenant_id, identity, kind, label, score, severity, signature_id, text, observed_at, detected_at, acknowledged,
                           acknowledged_at, acknowledged_by)
       select $1, 'by hand', 'SPIKE', 'x', 0.5, 4, signature_id, 'x', '2026-03-10T08:00:00Z', now(), true, now(), 'anna'
         from signature where tenant_id = $1 and service = 'link' and occurrence_count > 0`,
    );
    expect(outcomesOf(await askText(DOWN))).toEqual(['ACKNOWLEDGED']);
  });
});

describe('SIMILAR', () => {
  it('with the closest, how alike it is and in what they differ', async () => {
    await remember([failure('08:00:00'), 'Mar 10 11:50:00 gate cron[1]: a turn of the hourly run']);
    await remembered('The array of 2024');
    const answer = await askText('array md7 lost the controller in bay 4 and runs without any spare');
    expect(answer).toMatchObject({ verdict: 'SIMILAR', signature: null, closest: null, occurrenceCount: 0 });
    expect(answer.explanation).toMatch(
      /^Not exactly this, but a similar one .*, \d\d % alike: .*It points to the incident/,
    );
  });
});

describe('NO', () => {
  it('with what came closest, and the holes that are known elsewhere', async () => {
    await remember([failure('08:00:00')]);
    await noteLoss(t.store, caller.tenantId, 'edge', {
      lost: 40,
      reason: 'The queue was full.',
      fromUs: us('2026-03-10T09:00:00Z'),
      toUs: us('2026-03-10T09:01:00Z'),
    });
    const answer = await askText('the disk of an array was sold at the fair');
    expect(answer.verdict).toBe('NO');
    expect(answer.closest).toMatchObject({ similarity: expect.any(Number), signature: { service: 'raid' } });
    expect(answer.closest.similarity).toBeLessThan(0.65);
    expect(answer.explanation).toMatch(/only \d+ % alike\. Memory has 1 known gap: "edge" lost 40 inputs/);
    expect((await askText('quixotic zephyr')).closest).toBeNull();
  });

  it('of an event that is the only one of its kind', async () => {
    await remember([failure('08:00:00')]);
    const { rows } = await run('select event_id from event where tenant_id = $1');
    const answer = await ask({ eventId: encodeGlobalId('Event', rows[0].event_id) });
    expect(answer).toMatchObject({ verdict: 'NO', occurrenceCount: 1 });
    expect(answer.explanation).toContain('first and only one of its kind');
  });
});

describe('UNKNOWN', () => {
  const kindsOf = (answer: Answer) => answer.coverage.gaps.map((gap: Answer) => gap.kind);

  async function expectHole(answer: Answer, kind: string): Promise<void> {
    expect(answer).toMatchObject({ verdict: 'UNKNOWN', coverage: { complete: false } });
    expect(kindsOf(answer)[0]).toBe(kind);
    expect(answer.explanation).toContain(answer.coverage.gaps[0].reason);
  }

  it('where nothing was ever ingested', async () => {
    const answer = await askText(NEVER);
    expect(answer).toMatchObject({ verdict: 'UNKNOWN', coverage: { from: null, complete: false, gaps: [] } });
  });

  it('REJECTED: those very words could not be stored', async () => {
    await remember([failure('08:00:00'), `1971-01-01T00:00:00Z gate app: ${NEVER}`]);
    await expectHole(await askText(NEVER), 'REJECTED');
    expect((await askText('quixotic zephyr')).verdict).toBe('NO');
  });

  it('DROPPED, FAILING, DISABLED: a source that feeds the service', async () => {
    await remember([failure('08:00:00')]);
    const { tenantId } = caller;
    const lost = {
      lost: 7,
      reason: 'The queue was full.',
      fromUs: us('2026-03-10T09:00:00Z'),
      toUs: us('2026-03-10T09:01:00Z'),
    };
    await noteLoss(t.store, tenantId, 'edge', lost);
    await expectHole(await askText(NEVER, { service: 'raid' }), 'DROPPED');
    await run('delete from source_gap where tenant_id = $1');
    await noteFault(t.store, tenantId, 'edge', 'connection refused by 10.0.0.7', us('2026-03-10T12:30:00Z'));
    await expectHole(await askText(NEVER, { service: 'raid' }), 'FAILING');
    await run('update source set enabled = false, last_error_at = null where tenant_id = $1');
    await expectHole(await askText(NEVER, { service: 'raid' }), 'DISABLED');
  });

  it('SILENT: a host, or a stream, that said nothing while others went on', async () => {
    await remember(['Mar 10 08:00:00 quiet app[1]: ready to serve', failure('11:50:00')]);
    await expectHole(await askText(NEVER, { host: 'quiet' }), 'SILENT');
    await run(
      `insert into ingest_batch (tenant_id, key, source_id, content_hash, input_count, n, reference_at, received_at, stored_at, folded)
       select $1, s.name || i, s.source_id, '', 1, 0, at, at, at, true
         from source s, generate_series(0, 30) as i,
              lateral (select timestamptz '2026-03-07T00:00:00Z' + i * interval '1 hour' as at) x
        where s.tenant_id = $1`,
    );
    await run(
      `update ingest_batch set received_at = '2026-03-08T06:00:00Z' where tenant_id = $1 and received_at > '2026-03-08T06:00:00Z'`,
    );
    await run(`insert into source (tenant_id, name, connector) values ($1, 'other', 'syslog')`);
    await run(
      `insert into ingest_batch (tenant_id, key, source_id, content_hash, input_count, n, reference_at, received_at, stored_at, folded)
       select $1, 'other', source_id, '', 1, 0, now(), '2026-03-10T12:00:00Z', now(), true from source where tenant_id = $1 and name = 'other'`,
    );
    await expectHole(await askText(NEVER, { service: 'raid' }), 'SILENT');
  });

  it('EXPIRED: an event whose line is past the retention', async () => {
    await remember([failure('08:00:00')]);
    const { rows } = await run('select event_id from event where tenant_id = $1');
    t.clock.set('2026-05-01T12:00:00Z');
    await t.another().start();
    await remember(['May  1 11:00:00 gate app[1]: lease of 10.0.0.7 was renewed']);
    const answer = await ask({ eventId: encodeGlobalId('Event', rows[0].event_id) });
    expect(answer).toMatchObject({ verdict: 'UNKNOWN', coverage: { complete: false } });
    expect(kindsOf(answer)).toContain('EXPIRED');
  });

  it('COARSE: a service with more forms than are told apart', async () => {
    const words = ['alpha', 'bravo', 'carbon', 'delta', 'ember', 'foxglove', 'granite', 'harbour'];
    await remember(
      words.map((word, i) => `Mar 10 08:00:0${i} gate free[1]: ${word} ${word}ly ${word}ness ${i}`),
    );
    await expectHole(await askText('reactor coolant tripped 7', { service: 'free' }), 'COARSE');
  });
});

describe('what came with imported documents', () => {
  const DOCUMENT = `---
title: The array of last winter
date: 2025-12-01
---
It ran without a spare.

\`\`\`
2025-12-01T10:00:00Z gate raid[1]: array md7 lost the disk in bay 4 and runs without a spare
\`\`\`
`;
  const bring = () => {
    const ctx = { store: t.store, clock: t.clock, caller };
    const file = { path: 'array.md', text: DOCUMENT, editedUs: us('2025-12-02T00:00:00Z') };
    return importRecords(ctx, documentRecords(ctx, [file]));
  };

  it('is known, and nothing else of that time is: IMPORTED', async () => {
    await bring();
    const known = await askText('array md9 lost the disk in bay 5 and runs without a spare');
    expect(known).toMatchObject({ verdict: 'YES', occurrenceCount: 1, coverage: { complete: false } });
    const other = await askText(NEVER);
    expect(other).toMatchObject({
      verdict: 'UNKNOWN',
      coverage: { complete: false, gaps: [{ kind: 'IMPORTED', from: '2025-12-01T10:00:00.000Z' }] },
    });
    expect(other.explanation).toContain('their example lines alone');
  });

  it('leaves the hole of the time before the first event: from then on NO speaks for all of it', async () => {
    await remember(['Mar 10 08:00:00 gate cron[1]: a turn of the hourly run']);
    expect((await askText(NEVER)).coverage).toMatchObject({ complete: true, gaps: [] });
    await bring();
    const answer = await askText(NEVER);
    expect(answer).toMatchObject({
      verdict: 'NO',
      coverage: {
        from: '2025-12-01T10:00:00.000Z',
        complete: false,
        gaps: [{ kind: 'IMPORTED', from: '2025-12-01T10:00:00.000Z', to: '2026-03-10T08:00:00.000Z' }],
      },
    });
    expect(answer.explanation).toContain(
      'Memory has 1 known gap: What is remembered of 2025-12-01 10:00 UTC',
    );
  });
});
