// Replay equivalence of detection: whatever the order and the batching, the same events leave the same memory. The
// histories are always the same ones; `npm run soak:replay` draws others.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { Severity } from '../../src/domain/severity.ts';
import { openWorld, type World } from '../support/detection.ts';
import { at } from '../support/detection-rows.ts';
import { anyHistory, fewEvents } from '../support/histories.ts';
import {
  expectSameMemory,
  lateReplay,
  liveReplay,
  scatteredReplay,
  shuffledReplay,
} from '../support/replays.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const RUNS = Number(process.env.REPLAY_RUNS ?? 12);
/** A counterexample makes itself small, by its events. */
const SETTINGS = {
  endOnFailure: true,
  ...(process.env.REPLAY_RUNS === undefined ? { seed: 20_260_302 } : {}),
};
const TIMEOUT_MS = 600_000 + RUNS * 10_000;

const fewAtOnce = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 });

describe('replay equivalence', () => {
  it('holds for any batching of random histories', { timeout: TIMEOUT_MS }, () =>
    fc.assert(
      fc.asyncProperty(anyHistory, sizes, (events, parts) =>
        expectSameMemory(world, liveReplay(events, parts)),
      ),
      { numRuns: RUNS, ...SETTINGS },
    ),
  );

  it('holds for any order of random histories', { timeout: TIMEOUT_MS }, () =>
    fc.assert(
      fc.asyncProperty(anyHistory, sizes, fc.integer(), (events, parts, seed) =>
        expectSameMemory(world, shuffledReplay(events, parts, seed)),
      ),
      { numRuns: RUNS, ...SETTINGS },
    ),
  );

  it('holds for any order of a few events', { timeout: TIMEOUT_MS }, () =>
    fc.assert(
      fc.asyncProperty(fewEvents, fewAtOnce, fc.integer(), (events, parts, seed) =>
        expectSameMemory(world, scatteredReplay(events, parts, seed)),
      ),
      { numRuns: 4 * RUNS, ...SETTINGS },
    ),
  );

  it('holds where a tenth of each hour comes two hours late', { timeout: TIMEOUT_MS }, () =>
    fc.assert(
      fc.asyncProperty(anyHistory, fc.nat(9), (events, tenth) =>
        expectSameMemory(world, lateReplay(events, tenth)),
      ),
      { numRuns: Math.ceil(RUNS / 3), ...SETTINGS },
    ),
  );
});

describe('what comes late and leaves every word as it was', () => {
  const of = (signature: string, message: string) => (time: string, host: string, severity: Severity) => ({
    us: at(time),
    signature,
    host,
    severity,
    message,
  });

  it('is in its receipt: the signature is older', async () => {
    const parity = of('v1:parity', 'memory parity error');
    const first = parity('2026-03-02T00:09:00Z', 'web-2', Severity.INFO);
    const anomaly = parity('2026-03-02T00:12:00Z', 'web-1', Severity.WARNING);
    await expectSameMemory(world, { one: [[first], [anomaly]], other: [[anomaly], [first]] });
  });

  it('is the event that a signal names: of two at one moment it is the first by its id', async () => {
    const parity = of('v1:parity', 'memory parity error');
    const time = '2026-03-02T00:03:00Z';
    const [info, error] = [parity(time, 'web-1', Severity.INFO), parity(time, 'web-1', Severity.ERROR)];
    await expectSameMemory(world, { one: [[info, error]], other: [[error], [info]] });
    await expectSameMemory(world, { one: [[info, error]], other: [[info], [error]] });
  });

  it('is among its events: one of its windows begins with another', async () => {
    const short = of('v1:short', 'memory is short');
    const on = (time: string, host: string) => short(time, host, Severity.WARNING);
    const before = [
      on('2026-03-05T19:53:02Z', 'db-1'),
      on('2026-03-05T19:57:03Z', 'db-3'),
      on('2026-03-05T20:01:04Z', 'web-2'),
    ];
    const first = on('2026-03-07T20:36:00Z', 'web-1');
    const window = [
      on('2026-03-07T20:41:01Z', 'db-1'),
      on('2026-03-07T20:46:02Z', 'web-2'),
      on('2026-03-07T20:51:03Z', 'db-2'),
    ];
    const after = [
      on('2026-03-08T13:18:02Z', 'db-2'),
      on('2026-03-08T13:25:03Z', 'web-1'),
      on('2026-03-08T13:32:04Z', 'db-1'),
    ];
    await expectSameMemory(world, {
      one: [[...before, first, ...window, ...after]],
      other: [[...before, ...window, ...after], [first]],
    });
  });
});
