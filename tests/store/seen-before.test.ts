import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { SeenBeforeInput } from '../../src/memory/seen-before/answer.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const AT = '2026-03-10T12:00:00Z';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: AT });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`seen${++tenants}`);
});

const ask = (input: SeenBeforeInput, who = caller) =>
  seenBefore({ store: t.store, clock: t.clock, caller: who }, input);
const askText = (text: string, place: { service?: string; host?: string } = {}) =>
  ask({ message: { text, ...place } });

async function remember(lines: string[]): Promise<void> {
  await t.pipeline.ingestLines(caller, { lines, sourceType: 'SYSLOG' });
  await t.pipeline.settle(caller.tenantId);
}

const login = (time: string, n: number, host = 'gate') =>
  `Mar 10 ${time} ${host} sshd[${900 + n}]: Failed password for invalid user u${n} from 203.0.113.${n} port ${4000 + n} ssh2`;

/** Two bursts of three, two hours apart; other things go on until 11:50. */
const HISTORY = [
  login('08:00:00', 1),
  login('08:00:05', 2),
  login('08:01:00', 3),
  login('10:00:00', 4),
  login('10:00:09', 5),
  login('10:03:00', 6),
  ...Array.from(
    { length: 24 },
    (_, i) =>
      `Mar 10 ${String(8 + Math.floor(i / 6)).padStart(2, '0')}:${i % 6}0:30 gate CRON[${i}]: (root) CMD (run-parts /etc/cron.hourly)`,
  ),
];

describe('before anything was ever ingested', () => {
  it('answers UNKNOWN, and says that there is no memory to ask', async () => {
    const answer = await askText('Failed password for root');
    expect(answer).toMatchObject({ verdict: 'UNKNOWN', signatureId: null, occurrenceCount: 0, episodes: [] });
    expect(answer.coverage).toMatchObject({ fromUs: null, toUs: null, complete: false, gaps: [] });
    expect(answer.explanation).toMatch(/Nothing was ever ingested/);
  });

  it('answers so for a tenant that does not exist yet', async () => {
    const nobody: Caller = { tenantId: 0, tenantSlug: 'nobody', actor: 'tester' };
    expect((await ask({ message: { text: 'anything' } }, nobody)).verdict).toBe('UNKNOWN');
  });
});

describe('a line of a known family', () => {
  it('is answered YES with its history, whatever its host, pid, user and address', async () => {
    await remember(HISTORY);
    const answer = await askText(
      'Mar 11 03:00:00 backup sshd[31337]: Failed password for invalid user oracle from 198.51.100.77 port 60001 ssh2',
    );
    expect(answer).toMatchObject({
      verdict: 'YES',
      occurrenceCount: 6,
      firstSeenUs: Date.UTC(2026, 2, 10, 8, 0, 0) * 1_000,
      lastSeenUs: Date.UTC(2026, 2, 10, 10, 3, 0) * 1_000,
      similar: [],
    });
    expect(answer.explanation).toMatch(/^Yes\. «Failed password .* \(sshd\) was seen 6 times/);
    expect(answer.explanation).toContain('It is new on backup');
  });

  it('is found without its header, and under a service that is named', async () => {
    await remember(HISTORY);
    const text = 'Failed password for invalid user bob from 192.0.2.9 port 22 ssh2';
    expect((await askText(text)).verdict).toBe('YES');
    expect((await askText(text, { service: 'sshd', host: 'gate' })).explanation).toContain(
      'It has happened on gate before.',
    );
  });

  it('is only SIMILAR in a service that never said it', async () => {
    await remember(HISTORY);
    const answer = await askText('Failed password for invalid user bob from 192.0.2.9 port 22 ssh2', {
      service: 'dropbear',
    });
    expect(answer.verdict).toBe('SIMILAR');
    expect(answer.similar[0]).toMatchObject({ similarity: 1 });
    expect(answer.similar[0]!.reason).toMatch(/from "sshd", not "dropbear"/);
  });

  it('shows the same words of other services beside the most frequent one', async () => {
    await remember([
      ...HISTORY,
      'Mar 10 09:00:00 gate dropbear[1]: Failed password for invalid user x from 192.0.2.1 port 9 ssh2',
    ]);
    const answer = await askText('Failed password for invalid user bob from 192.0.2.9 port 22 ssh2');
    expect(answer).toMatchObject({ verdict: 'YES', occurrenceCount: 7 });
    expect(answer.similar).toEqual([
      { signatureId: expect.any(String), similarity: 1, reason: 'the same words from "dropbear", 1 time' },
    ]);
  });

  it('counts what is stored but not counted yet', async () => {
    await remember(HISTORY);
    await t.store.writePool.query('update ingest_batch set folded = false where tenant_id = $1', [
      caller.tenantId,
    ]);
    await t.store.writePool.query('update signature set occurrence_count = 0 where tenant_id = $1', [
      caller.tenantId,
    ]);
    const answer = await askText(login('11:00:00', 9));
    expect(answer).toMatchObject({ verdict: 'YES', occurrenceCount: 6 });
  });

  it('is known by its event, its signature and by free words', async () => {
    await remember(HISTORY);
    const [row] = await t.store.read<{ event_id: string; signature_id: string }[]>`
      select event_id, signature_id from event where tenant_id = ${caller.tenantId} and message_raw like '%sshd%' limit 1`;
    const byEvent = await ask({ eventId: row!.event_id });
    expect(byEvent).toMatchObject({ verdict: 'YES', signatureId: row!.signature_id, occurrenceCount: 6 });
    expect(await ask({ signatureId: row!.signature_id })).toMatchObject({
      verdict: 'YES',
      occurrenceCount: 6,
    });
    const byWords = await askText('password failed for an invalid user');
    expect(byWords.verdict).toBe('SIMILAR');
    expect(byWords.similar[0]!.signatureId).toBe(row!.signature_id);
  });
});

describe('a line whose words are new where its family is known to vary', () => {
  const worker = (time: string, name: string) =>
    `Mar 10 ${time} gate batch[1]: the ${name} worker has finished its nightly job in 7 s`;
  const NAMES = ['alder', 'beech', 'cedar', 'maple'];

  it('is answered YES, and says how it was recognised', async () => {
    await remember(NAMES.map((name, i) => worker(`08:0${i}:00`, name)));
    const answer = await askText('the willow worker has finished its nightly job in 99 s');
    expect(answer).toMatchObject({ verdict: 'YES', occurrenceCount: 4, similar: [] });
    expect(answer.explanation).toMatch(/These very words are new.*known to vary/);
  });

  it('is only SIMILAR in a service that has no such family, and while too few words were seen there', async () => {
    await remember([worker('08:00:00', NAMES[0]!)]);
    expect((await askText(worker('09:00:00', 'willow'))).verdict).toBe('SIMILAR');
    await remember(NAMES.slice(1).map((name, i) => worker(`08:1${i}:00`, name)));
    expect((await askText(worker('09:00:00', 'willow'))).verdict).toBe('YES');
    const elsewhere = await askText('the willow worker has finished its nightly job in 9 s', {
      service: 'cron',
    });
    expect(elsewhere.verdict).toBe('SIMILAR');
  });

  it('is answered YES when ingest would join it for that very word, and then does', async () => {
    await remember(NAMES.slice(0, 2).map((name, i) => worker(`08:0${i}:00`, name)));
    const foreseen = await askText('the willow worker has finished its nightly job in 99 s');
    expect(foreseen).toMatchObject({ verdict: 'YES', similar: [] });
    expect(foreseen.explanation).toContain('"willow" alone differs, and stands where names do');
    await remember([worker('09:00:00', 'willow')]);
    expect(await askText(worker('10:00:00', 'willow'))).toMatchObject({
      verdict: 'YES',
      signatureId: foreseen.signatureId,
      occurrenceCount: 3,
    });
  });

  it('is answered YES when a value stands where the remembered one has a name', async () => {
    await remember(['Mar 10 08:00:00 gate ntpd[1]: synchronised to LOCAL(0), stratum 10']);
    const answer = await askText('synchronised to 192.0.2.7, stratum 3');
    expect(answer.verdict).toBe('YES');
    expect(answer.explanation).toContain('only a value stands where the remembered one has a word');
  });

  it('is not of the family when what differs is the state', async () => {
    await remember(
      ['eth', 'wlan', 'bond', 'tun'].map(
        (nic, i) => `Mar 10 08:0${i}:00 gate nic: interface ${nic} of the uplink went down at once`,
      ),
    );
    expect((await askText('interface ppp of the uplink went down at once')).verdict).toBe('YES');
    const opposite = await askText('interface eth of the uplink went up at once');
    expect(opposite.verdict).toBe('SIMILAR');
    expect(opposite.explanation).toContain('"up" is the opposite of "down", so it means another thing');
  });
});

describe('a few words from memory', () => {
  it('find what holds them, and know a word for a place', async () => {
    await remember([
      ...HISTORY,
      'Mar 10 08:00:00 db-7 postgres[4]: could not extend file: the disk of volume data is full',
      'Mar 10 08:00:00 web-1 nginx[4]: the disk of volume logs is nearly full again',
    ]);
    const answer = await askText('disk full on db');
    expect(answer.verdict).toBe('SIMILAR');
    expect(answer.similar).toHaveLength(2);
    expect(answer.similar[0]!.reason).toBe('it holds all words of the question');
    const [best] = (await askText('postgres disk full')).similar;
    const [row] = await t.store.read<{ service: string }[]>`
      select service from signature where tenant_id = ${caller.tenantId} and signature_id = ${best!.signatureId}`;
    expect(row!.service).toBe('postgres');
    expect((await askText('warp core breach')).verdict).toBe('NO');
  });
});

describe('a message that came with its fields apart', () => {
  it('is found by its text, though that begins like a header', async () => {
    const message = '2026/03/10 10:57:01.130 | I | Wrapper | close video chat of 1742124257';
    await t.pipeline.ingestEvents(caller, { events: [{ message, service: 'voip' }] });
    await t.pipeline.settle(caller.tenantId);
    expect((await askText(message.replace('10:57', '11:30'))).verdict).toBe('YES');
  });
});

describe('a line that was never seen', () => {
  it('is answered NO within the coverage shown', async () => {
    await remember(HISTORY);
    const answer = await askText('reactor coolant pressure beyond upper limit, valve 7 opened');
    expect(answer).toMatchObject({ verdict: 'NO', signatureId: null, similar: [], occurrenceCount: 0 });
    expect(answer.coverage).toMatchObject({
      fromUs: Date.UTC(2026, 2, 10, 8, 0, 0) * 1_000,
      toUs: Date.UTC(2026, 2, 10, 11, 50, 30) * 1_000,
      complete: true,
    });
    expect(answer.explanation).toMatch(/^No\. .*2026-03-10 08:00 UTC to 2026-03-10 11:50 UTC/);
  });

  it('is answered NO for the first and only event of its kind, and YES once there is a second', async () => {
    const odd = (time: string) => `Mar 10 ${time} gate smartd[1]: Device sdb has 8 unreadable sectors`;
    await remember([...HISTORY, odd('09:00:00')]);
    const [row] = await t.store.read<{ event_id: string }[]>`
      select event_id from event where tenant_id = ${caller.tenantId} and message_raw like '%smartd%'`;
    const alone = await ask({ eventId: row!.event_id });
    expect(alone.verdict).toBe('NO');
    expect(alone.explanation).toMatch(/first and only/);
    await remember([odd('11:00:00')]);
    expect((await ask({ eventId: row!.event_id })).verdict).toBe('YES');
  });

  it('is not seen when its form is stored and no event of it, and is compared as any other', async () => {
    await remember([...HISTORY, 'Mar 10 08:00:00 gate cron[1]: nightly report of the warehouse was mailed']);
    await t.store.writePool.query(
      `update signature set occurrence_count = 0 where tenant_id = $1 and service = 'cron'`,
      [caller.tenantId],
    );
    await remember(['Mar 10 09:00:00 gate cron[1]: nightly report of the warehouse was printed']);
    const answer = await askText('nightly report of the warehouse was mailed');
    expect(answer).toMatchObject({ verdict: 'SIMILAR', signatureId: null, occurrenceCount: 0 });
  });

  it('is answered SIMILAR when most of its words are known, with what differs', async () => {
    await remember(HISTORY);
    const answer = await askText('Failed publickey for invalid user bob from 192.0.2.9 port 22 ssh2', {
      service: 'sshd',
    });
    expect(answer.verdict).toBe('SIMILAR');
    expect(answer.similar[0]!.similarity).toBeGreaterThan(0.6);
    expect(answer.similar[0]!.reason).toMatch(
      /"publickey" only in the question, "password" only in the remembered/,
    );
  });

  it('is UNKNOWN when those very words were rejected, until they are replayed', async () => {
    await remember(HISTORY);
    await t.pipeline.ingestLines(caller, {
      lines: ['1971-01-01T00:00:00Z gate kernel: watchdog bit the gatekeeper'],
      sourceType: 'SYSLOG',
    });
    const answer = await askText('watchdog bit the gatekeeper');
    expect(answer.verdict).toBe('UNKNOWN');
    expect(answer.coverage).toMatchObject({ complete: false });
    expect(answer.coverage.gaps[0]).toMatchObject({ kind: 'REJECTED' });
    expect(answer.explanation).toMatch(/could not be stored .*replay/);
    expect((await askText('an entirely different thing happened')).verdict).toBe('NO');
  });

  it('is UNKNOWN on a host that has fallen silent, and for a service whose source fails', async () => {
    await remember([...HISTORY, 'Mar 10 08:00:00 quiet app[1]: ready to serve']);
    const onHost = await askText('never ever heard of', { host: 'quiet' });
    expect(onHost.verdict).toBe('UNKNOWN');
    expect(onHost.explanation).toMatch(/quiet has been silent for 3 hours/);
    await t.store.writePool.query(
      `update source set last_error = 'connection refused', last_error_at = '2026-03-10T13:00:00Z' where tenant_id = $1`,
      [caller.tenantId],
    );
    const ofService = await askText('never ever heard of', { service: 'sshd' });
    expect(ofService.verdict).toBe('UNKNOWN');
    expect(ofService.explanation).toContain('connection refused');
  });
});

describe('coverage', () => {
  it('names a stream that stopped while others went on', async () => {
    await remember(HISTORY);
    const { rows } = await t.store.writePool.query(
      `insert into source (tenant_id, name, connector) values ($1, 'edge', 'syslog') returning source_id`,
      [caller.tenantId],
    );
    await t.store.writePool.query(
      `insert into ingest_batch (tenant_id, key, source_id, content_hash, input_count, n, reference_at, received_at, stored_at, folded)
       select $1, 'edge-' || i, $2, '', 1, 0, at, at, at, true
         from generate_series(0, 30) as i, lateral (select timestamptz '2026-03-08T00:00:00Z' + i * interval '1 hour' as at) x`,
      [caller.tenantId, rows[0].source_id],
    );
    const { coverage } = await askText('anything at all');
    expect(coverage.gaps).toEqual([
      {
        kind: 'SILENT',
        fromUs: Date.UTC(2026, 2, 9, 6) * 1_000,
        toUs: null,
        reason: 'Nothing came from "edge" for 1 day while other sources went on.',
        sourceId: rows[0].source_id,
      },
    ]);
  });
});

describe('what cannot be asked', () => {
  it('is an empty message, or an id that this tenant does not have', async () => {
    await remember(HISTORY);
    const [row] = await t.store.read<{ event_id: string; signature_id: string }[]>`
      select event_id, signature_id from event where tenant_id = ${caller.tenantId} limit 1`;
    const stranger = await t.callerOf('stranger');
    await expect(askText('  ')).rejects.toMatchObject({
      code: 'VALIDATION',
      path: ['input', 'message', 'text'],
    });
    await expect(ask({ eventId: row!.event_id }, stranger)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      path: ['input', 'eventId'],
    });
    await expect(ask({ signatureId: row!.signature_id }, stranger)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(ask({ candidateId: '1' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
