import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInScorer, judgeText } from '../../src/anomaly/built-in.ts';
import { ANOMALY_LABELS, isAnomalous, riskOf, severityOfLabel } from '../../src/anomaly/labels.ts';
import { LEXICON, RELIEF } from '../../src/anomaly/lexicon.ts';
import { ANOMALY_THRESHOLD } from '../../src/domain/anomaly.ts';
import { Severity } from '../../src/domain/severity.ts';
import { readFamilies } from '../support/alarming-lines.ts';

const { INFO, WARNING, ERROR, CRITICAL } = Severity;
const judge = (text: string, severity: Severity = ERROR) => judgeText({ text, severity });

describe('the built-in scorer', () => {
  it.each([
    ['Failed password for invalid user <*> from <*> port <*> ssh2', ERROR, 'SECURITY_ANOMALY'],
    ['Out of memory: Killed process <*> (<*>)', ERROR, 'SYSTEM_FAILURE'],
    ['Kernel panic - not syncing: Fatal exception', CRITICAL, 'SYSTEM_FAILURE'],
    ['write error: No space left on device', ERROR, 'PERFORMANCE_ISSUE'],
    ['connect to <*> failed: Connection refused', ERROR, 'NETWORK_ANOMALY'],
    ['Invalid configuration: unknown directive "<*>"', ERROR, 'CONFIG_ERROR'],
    ['EDAC MC0: uncorrectable ECC memory error on DIMM <*>', ERROR, 'HARDWARE_ISSUE'],
  ])('detects %s', (text, severity, label) => {
    const verdict = judge(text, severity);
    expect(verdict.label).toBe(label);
    expect(verdict.score).toBeGreaterThanOrEqual(ANOMALY_THRESHOLD);
  });

  it.each([
    ['Accepted publickey for <*> from <*> port <*>', INFO],
    ['session opened for user <*>', INFO],
    ['backup completed with 0 errors', INFO],
    ['instruction cache parity error corrected', INFO],
    ['heartbeat <*>', ERROR],
    ['<*>', WARNING],
    ['', INFO],
  ])('leaves «%s» alone', (text, severity) => {
    expect(judge(text, severity).score * Number(judge(text, severity).label !== 'NORMAL')).toBeLessThan(
      ANOMALY_THRESHOLD,
    );
  });

  it('does not ring for a value of a dump, nor for a path that the caller got wrong, however fatal they are called', () => {
    for (const text of [
      'parity error on write buffer......<*>',
      'exception syndrome register: <*>',
      'cannot load <*>: No such file or directory',
    ])
      expect(judge(text, CRITICAL).risk, text).toBeLessThan(ANOMALY_THRESHOLD);
  });

  it('says how sure it is of its label, and how anomalous the line is by that', () => {
    const harmless = judge('link is up', INFO);
    expect(harmless.label).toBe('NORMAL');
    expect(riskOf(harmless)).toBeCloseTo(harmless.risk, 12);
    expect(builtInScorer.score([{ text: 'link is up', severity: INFO }])).toEqual([
      { label: 'NORMAL', score: harmless.score },
    ]);
  });

  it('never finds a worse severity less anomalous', () => {
    const phrases = [...Object.values(LEXICON), RELIEF].flat(2).filter((p) => typeof p === 'string');
    const words = [...new Set(phrases.join(' ').match(/[a-z]{3,}/gi) ?? [])];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...words), { maxLength: 8 }),
        fc.integer({ min: 0, max: 6 }),
        (ws, rank) => {
          const text = ws.join(' ');
          const milder = judge(text, rank as Severity);
          const worse = judge(text, (rank + 1) as Severity);
          expect(worse.risk).toBeGreaterThanOrEqual(milder.risk);
          expect(milder.score).toBeGreaterThanOrEqual(0);
          expect(milder.score).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes no longer for a hostile line', () => {
    const hostile = 'disk error '.repeat(400) + 'a '.repeat(10_000);
    const startedMs = performance.now();
    for (let i = 0; i < 100; i++) judge(hostile);
    expect((performance.now() - startedMs) / 100).toBeLessThan(20);
  });
});

describe('labels', () => {
  it('are read without regard to case; what is unknown is a warning and never signalled', () => {
    expect(severityOfLabel('system_failure')).toBe(CRITICAL);
    expect(severityOfLabel('LABEL_7')).toBe(WARNING);
    expect(['hardware_issue', 'Error', 'CRITICAL'].every(isAnomalous)).toBe(true);
    expect(['NORMAL', 'warning', 'WARN', 'info', 'LABEL_7'].some(isAnomalous)).toBe(false);
    expect(ANOMALY_LABELS.filter(isAnomalous)).toHaveLength(6);
  });
});

describe.each([
  ['a supercomputer’s event log', 'supercomputer', 0.99],
  ['logs of servers, clusters and network devices', 'servers-and-networks', 0.98],
])('on %s', (_, name, leastArea) => {
  const families = readFamilies(name).map((family) => {
    const { risk, label, score } = judge(family.pattern, family.severity);
    return { ...family, risk, detected: isAnomalous(label) && score >= ANOMALY_THRESHOLD };
  });
  const eventsWhere = (test: (family: (typeof families)[number]) => boolean) =>
    families.filter(test).reduce((sum, { events }) => sum + events, 0);

  it('rings for what an operator is called for, seldom for anything else (F1 of events at least 0.9)', () => {
    const hits = eventsWhere((f) => f.detected && f.isAlert);
    const wrong = eventsWhere((f) => f.detected !== f.isAlert);
    expect((2 * hits) / (2 * hits + wrong)).toBeGreaterThan(0.9);
  });

  it(`orders events by how alarming they are (area under the curve at least ${leastArea})`, () => {
    let ordered = 0;
    for (const alert of families.filter((f) => f.isAlert))
      for (const other of families.filter((f) => !f.isAlert))
        ordered +=
          alert.events * other.events * (alert.risk > other.risk ? 1 : alert.risk === other.risk ? 0.5 : 0);
    expect(ordered / (eventsWhere((f) => f.isAlert) * eventsWhere((f) => !f.isAlert))).toBeGreaterThan(
      leastArea,
    );
  });
});
