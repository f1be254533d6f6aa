// Post-mortems in Markdown become memory: a line of their kind is known from then on, with what was learned.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DocumentFile, documentRecords } from '../../src/archive/documents/document-records.ts';
import { type ImportOptions, importRecords } from '../../src/archive/import.ts';
import { parseMicros } from '../../src/domain/time.ts';
import { updateIncident } from '../../src/review/update-incident.ts';
import type { VerbContext } from '../../src/store/verb.ts';
import { answerTo, exported, imported, moved } from '../support/archive.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const AT = '2026-03-10T12:00:00Z';
/** The example that the description of the format shows. */
const EXAMPLE = /````markdown\n([\s\S]*?)````/.exec(readFileSync('docs/memory-files.md', 'utf8'))![1]!;
const LIKE_IT =
  '2026-03-09T08:00:00Z web-9 shop[17]: checkout of order 90 failed: column "discount_code" does not exist';

let t: TestPipeline;
let ctx: VerbContext;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: AT });
});
afterAll(() => t.close());
beforeEach(async () => {
  ctx = { store: t.store, clock: t.clock, caller: await t.callerOf(`documents-${++tenants}`) };
});

const file = (text: string, editedAt = '2026-03-05T00:00:00Z', path = 'checkout.md'): DocumentFile => ({
  path,
  text,
  editedUs: parseMicros(editedAt)!,
});
const bring = (files: readonly DocumentFile[], options?: ImportOptions) =>
  importRecords(ctx, documentRecords(ctx, files), options);

const head = (fields: string) => `---\ntitle: A story\ndate: 2026-03-01\n${fields}\n---\n`;

describe('the post-mortem of the description', () => {
  it('is recalled by a line of the kind that it shows', async () => {
    await bring([file(EXAMPLE)]);
    const answer = await answerTo(ctx, LIKE_IT, 'web-1');
    expect(answer).toMatchObject({
      verdict: 'YES',
      occurrenceCount: 1,
      firstSeenUs: parseMicros('2026-03-01T14:03:12Z'),
      incidents: [{ title: 'Checkout failed after the deploy of shop 2.14.0' }],
      lessonIds: ['Run the migrations before traffic reaches the new version.'],
      runbookHintIds: ['deployctl rollback shop'],
    });
    expect((answer as { explanation: string }).explanation).toContain('It has happened on web-1 before.');
  });

  it('keeps what it says', async () => {
    await bring([file(EXAMPLE)]);
    const [row] = await t.store.read`
      select title, summary, incident_type, impact_level, status, first_observed_at, last_observed_at,
             recurrence_count, metadata from incident where tenant_id = ${ctx.caller.tenantId}`;
    expect(row).toMatchObject({
      summary:
        'Version 2.14.0 reads a column whose migration had not run. Checkouts failed on both web servers until the rollback.',
      incident_type: 'deploy',
      impact_level: 'HIGH',
      status: 'ACTIVE',
      first_observed_at: '2026-03-01 14:03:00+00',
      last_observed_at: '2026-03-01 14:11:00+00',
      recurrence_count: 1,
      metadata: { ticket: 'OPS-117', services: ['shop'], import: { file: 'checkout.md' } },
    });
  });

  it('is imported once, also under the time of another checkout', async () => {
    expect(moved(await bring([file(EXAMPLE)]))).toBeGreaterThan(5);
    expect(await bring([file(EXAMPLE, '2026-03-08T00:00:00Z')])).toMatchObject({ records: 0 });
    expect(await answerTo(ctx, LIKE_IT)).toMatchObject({ occurrenceCount: 1 });
  });

  it('brings its new text after an edit, unless the memory was edited later', async () => {
    await bring([file(EXAMPLE)]);
    const edited = EXAMPLE.replace('impact: high', 'impact: critical');
    await bring([file(edited, '2026-03-06T00:00:00Z')]);
    const impact = () =>
      t.store.read`select incident_id, impact_level from incident where tenant_id = ${ctx.caller.tenantId}`;
    const [first] = await impact();
    expect(first).toMatchObject({ impact_level: 'CRITICAL' });
    await updateIncident(ctx, { incidentId: first!.incident_id, impactLevel: 'LOW' });
    await bring([file(`${edited}\nMore.`, '2026-03-07T00:00:00Z')]);
    expect(await impact()).toMatchObject([{ impact_level: 'LOW' }]);
  });

  it('goes the way of all memory from there: out and in again', async () => {
    await bring([file(EXAMPLE)]);
    const other = { ...ctx, caller: await t.callerOf(`documents-${++tenants}`) };
    await imported(other, await exported(ctx));
    expect(await answerTo(other, LIKE_IT, 'web-1')).toEqual(await answerTo(ctx, LIKE_IT, 'web-1'));
  });

  it('counts nothing twice when its lines are ingested as events', async () => {
    const line = EXAMPLE.split('\n').find((each) => each.includes('discount_code'))!;
    await bring([file(EXAMPLE)]);
    await t.pipeline.ingestLines(ctx.caller, { lines: [LIKE_IT], sourceType: 'APP_LOG' });
    await t.pipeline.settle(ctx.caller.tenantId);
    expect(await answerTo(ctx, line)).toMatchObject({ occurrenceCount: 2 });
  });
});

describe('lines of a post-mortem', () => {
  it('without a header are of its service, its only host and its start', async () => {
    await bring([
      file(`${head('services: shop\nhosts: web-3')}\n\`\`\`\npayment gateway timed out after 31 s\n\`\`\`\n`),
    ]);
    expect(await answerTo(ctx, 'payment gateway timed out after 8 s', 'web-3')).toMatchObject({
      verdict: 'YES',
      firstSeenUs: parseMicros('2026-03-01T00:00:00Z'),
      incidents: [{ title: 'A story' }],
    });
    const [row] = await t.store.read`select service from signature where tenant_id = ${ctx.caller.tenantId}`;
    expect(row).toEqual({ service: 'shop' });
  });

  it('of RFC 3164 are of the year in which it happened', async () => {
    const text = `---\ntitle: Old\nstarted: 2021-12-31 23:50\nended: 2022-01-01T01:00:00+01:00\n---\n\`\`\`log\nDec 31 23:55:01 gate sshd[1]: fatal: no matching cipher found\n\`\`\`\n`;
    await bring([file(text)]);
    expect(await answerTo(ctx, 'fatal: no matching cipher found')).toMatchObject({
      firstSeenUs: parseMicros('2021-12-31T23:55:01Z'),
    });
  });

  it('are neither the commands of a runbook nor code in another language', async () => {
    const text = `${head('')}\n\`\`\`sql\nselect 1\n\`\`\`\n\n## Runbook\n\n### Look\n\n\`\`\`\nkubectl get pods\n\`\`\`\n\n### Restart\n\nThe api.\n`;
    await bring([file(text)]);
    const hints = await t.store.read`
      select title, hint_text from runbook_hint where tenant_id = ${ctx.caller.tenantId} order by title`;
    expect(hints).toEqual([
      { title: 'Look', hint_text: '```\nkubectl get pods\n```' },
      { title: 'Restart', hint_text: 'The api.' },
    ]);
    const signatures = await t.store.read`select 1 from signature where tenant_id = ${ctx.caller.tenantId}`;
    expect(signatures).toHaveLength(0);
  });
});

describe('a faulty post-mortem', () => {
  it.each([
    ['# No head', { line: 1, field: null, reason: /no front matter/ }],
    ['---\ndate: 2026-03-01\n---\n', { field: 'title' }],
    ['---\ntitle: A\n---\n', { field: 'started', reason: /Say when it began/ }],
    ['---\ntitle: A\ndate: 2026-03-01\nimpact: huge\n---\n', { line: 4, field: 'impact' }],
    ['---\ntitle: A\ndate: next week\n---\n', { line: 3, field: 'date', reason: /must be a day or a time/ }],
    [
      '---\ntitle: A\ndate: 2026-03-02\nended: 2026-03-01\n---\n',
      { field: 'ended', reason: /before "started"/ },
    ],
    ['---\ntitle: [A\n---\n', { field: null, reason: /no YAML/ }],
    ['---\ntitle: A\ndate: 2030-01-01\n---\n', { field: 'started', reason: /future/ }],
    [
      head('signatures: v1:00000000000000ff'),
      { field: 'signatures', reason: /neither the import nor this memory/ },
    ],
  ])('is refused, and names the fault: %j', async (text, fault) => {
    const { reason, ...place } = fault as { reason?: RegExp };
    const error = await bring([file(EXAMPLE), file(text, undefined, 'faulty.md')]).catch((e) => e);
    expect(error).toMatchObject({ name: 'ImportError', faults: [{ file: 'faulty.md', ...place }] });
    expect(error.faults[0].reason).toMatch(reason ?? /./);
    expect(await answerTo(ctx, LIKE_IT)).toMatchObject({ verdict: 'UNKNOWN' });
  });

  it('does not keep the others out where faults shall be skipped', async () => {
    const summary = await bring([file('nothing', undefined, 'faulty.md'), file(EXAMPLE)], {
      skipFaulty: true,
    });
    expect(summary.faults).toMatchObject([{ file: 'faulty.md', line: 1 }]);
    expect(await answerTo(ctx, LIKE_IT)).toMatchObject({ verdict: 'YES' });
  });
});
