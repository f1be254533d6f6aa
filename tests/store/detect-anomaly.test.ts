// Anomalies on a real database: what the built-in scorer makes of what is counted, what is new, what falls silent.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { Severity } from '../../src/domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../src/domain/time.ts';
import { readFamilies } from '../support/alarming-lines.ts';
import { openWorld, type Tenant, type World, type WorldEvent } from '../support/detection.ts';
import { at } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T00:00:00Z');

let world: World;
let tenant: Tenant;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  tenant = await world.tenant();
});
afterAll(() => world.close());

const event = (us: Micros, message: string, severity: Severity, host = 'node-7'): WorldEvent => ({
  us,
  signature: `v1:${message}`,
  host,
  severity,
  message,
});
const parity = (us: Micros, severity: Severity = Severity.ERROR) =>
  event(us, 'uncorrectable memory parity error', severity);
const odd = (us: Micros) => event(us, 'reticulation of splines ended early', Severity.ERROR);
const anomalies = () =>
  tenant.rows<{ subject: string; title: string; events: number; score: number }>(
    `select subject, title, event_count as events, score from candidate
      where tenant_id = $1 and type = 'ANOMALY' and not withdrawn and redirected_to_id is null order by first_seen_at`,
  );
const modelSignals = () =>
  tenant.rows<{ label: string; score: number; at: string; entity: string; eventTs: string | null }>(
    `select label, round(score::numeric, 2)::float8 as score, entity,
            to_char(observed_at at time zone 'UTC', 'HH24:MI') as at,
            to_char(event_ts at time zone 'UTC', 'HH24:MI') as "eventTs"
       from signal where tenant_id = $1 and kind = 'MODEL' order by observed_at`,
  );

describe('the built-in scorer', () => {
  it('makes an alarming line a candidate and a MODEL signal that names its first event', async () => {
    await tenant.deliver([parity(T0), parity(T0 + US_PER_MINUTE)]);
    expect(await anomalies()).toMatchObject([
      { title: '«uncorrectable memory parity error» looks like a hardware issue on node-7', events: 2 },
    ]);
    expect(await modelSignals()).toMatchObject([
      { label: 'HARDWARE_ISSUE', at: '00:00', entity: 'node-7', eventTs: '00:00' },
    ]);
  });

  it('moves the signal, and adds none, where an earlier event of the episode comes late', async () => {
    await tenant.deliver([parity(T0 + 20 * US_PER_MINUTE)]);
    await tenant.deliver([parity(T0)]);
    expect(await modelSignals()).toMatchObject([{ at: '00:00', eventTs: '00:00' }]);
  });

  it('makes a signal for each episode, and one candidate of them', async () => {
    await tenant.deliver([parity(T0), parity(T0 + 2 * US_PER_HOUR)]);
    expect(await modelSignals()).toHaveLength(2);
    expect(await anomalies()).toHaveLength(1);
  });

  it('judges each severity of a signature by itself', async () => {
    await tenant.deliver([parity(T0, Severity.INFO), parity(T0 + US_PER_HOUR, Severity.CRITICAL)]);
    const verdicts = await tenant.rows<{ severity: number; is_anomalous: boolean }>(
      'select severity, is_anomalous from anomaly_verdict where tenant_id = $1 order by severity',
    );
    expect(verdicts).toEqual([
      { severity: Severity.INFO, is_anomalous: false },
      { severity: Severity.CRITICAL, is_anomalous: true },
    ]);
    expect(await modelSignals()).toMatchObject([{ at: '01:00' }]);
  });

  it('ranks an alarming signature above a harmless one that is called as bad', async () => {
    await tenant.deliver([
      event(T0, 'data storage interrupt', Severity.CRITICAL),
      event(T0, 'exception syndrome register: 0x00800000', Severity.CRITICAL, 'node-8'),
      event(T0, 'session opened', Severity.INFO),
    ]);
    const ranked = await tenant.rows<{ pattern: string }>(
      'select pattern from signature where tenant_id = $1 order by score desc',
    );
    expect(ranked.map((s) => s.pattern.split(' ')[0])).toEqual(['data', 'exception', 'session']);
  });

  it('ranks what an operator is called for first, be it one line of a thousand', {
    timeout: 120_000,
  }, async () => {
    const random = seededRandom(1);
    const families = readFamilies('supercomputer');
    const events = families.flatMap(({ events: count, pattern, severity }) =>
      Array.from({ length: count }, () => ({
        us: at('2025-06-01T00:00:00Z') + random.between(0, 200 * 86_400) * 1_000_000,
        signature: pattern,
        host: `R0${random.between(0, 7)}-N${random.between(0, 15)}`,
        severity,
        message: pattern,
      })),
    );
    await tenant.deliver(events);
    const alerts = new Set(families.filter((f) => f.isAlert).map((f) => f.pattern));
    const ranked = await tenant.rows<{ key: string }>(
      'select key from signature where tenant_id = $1 order by score desc, key',
    );
    const ranks = ranked.flatMap(({ key }, i) => (alerts.has(key) ? [i + 1] : []));
    expect(Math.max(...ranks)).toBeLessThanOrEqual(alerts.size + 3);
  });
});

describe('an error that is new', () => {
  const background = event(T0 - 2 * US_PER_DAY, 'session opened', Severity.INFO);

  it('is a candidate after 24 hours of warm-up, be it that the memory turns out older than it seemed', async () => {
    await tenant.deliver([odd(T0)]);
    expect(await anomalies()).toEqual([]);
    await tenant.deliver([background]);
    expect(await anomalies()).toMatchObject([
      { title: 'New: «reticulation of splines ended early» on node-7' },
    ]);
  });

  it('is none where late events show that it was known', async () => {
    await tenant.deliver([background]);
    await tenant.deliver([odd(T0)]);
    expect(await anomalies()).toHaveLength(1);
    await tenant.deliver([odd(T0 - 29 * US_PER_DAY)]);
    expect(await anomalies()).toEqual([]);
  });

  it('is none where it is harmless', async () => {
    await tenant.deliver([background]);
    await tenant.deliver([{ ...odd(T0), severity: Severity.WARNING }]);
    expect(await anomalies()).toEqual([]);
  });
});

describe('a source that falls silent', () => {
  it('is a candidate, though it has no event to show', async () => {
    const beats = Array.from({ length: 200 }, (_, i) =>
      event(T0 + i * US_PER_MINUTE, 'alive', Severity.INFO),
    );
    await tenant.deliver(beats);
    expect(await anomalies()).toEqual([]);
    await tenant.deliver([event(T0 + 400 * US_PER_MINUTE, 'alive', Severity.INFO, 'node-8')]);
    expect(await anomalies()).toMatchObject([
      { subject: 'silent:node-7', title: 'node-7 fell silent', events: 0 },
    ]);
    await tenant.deliver([event(T0 + 500 * US_PER_MINUTE, 'alive', Severity.INFO)]);
    expect(await anomalies()).toMatchObject([{ title: 'node-7 was silent' }]);
  });
});
