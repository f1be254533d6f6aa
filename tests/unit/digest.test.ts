import { describe, expect, it } from 'vitest';
import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../src/domain/time.ts';
import { nextStepFor } from '../../src/memory/digest/advice.ts';
import { foldIntoStories } from '../../src/memory/digest/fold.ts';
import type { Highlight, OpenCandidate } from '../../src/memory/digest/highlight.ts';
import { renderDigest } from '../../src/memory/digest/render-digest.ts';

const START = Date.UTC(2026, 2, 1) * 1_000;

let ids = 0;
const candidate = (extra: Partial<OpenCandidate>): OpenCandidate => ({
  candidateId: String(++ids),
  type: 'BURST',
  title: 'Burst',
  explanation: 'It came often.',
  firstUs: START,
  lastUs: START + 20 * US_PER_MINUTE,
  score: 500_000,
  decisionBand: 'REVIEW',
  confidence: 500_000,
  signatureIds: [`s${ids}`],
  families: [`service${ids}:other`],
  assetIds: ['1'],
  hostnames: ['web-1'],
  ...extra,
});

describe('folding into stories', () => {
  it('makes one of five signatures of one brute force, led by the foremost', () => {
    const attack = Array.from({ length: 5 }, (_, i) =>
      candidate({ families: ['sshd:authentication'], firstUs: START + i * US_PER_MINUTE }),
    );
    const stories = foldIntoStories(attack);
    expect(stories).toHaveLength(1);
    expect(stories[0]!.lead).toBe(attack[0]);
    expect(stories[0]!.related).toEqual(attack.slice(1));
  });

  it('makes one of a burst and the recurrence of the same signature around it', () => {
    const recurrence = candidate({ type: 'RECURRENCE', signatureIds: ['a'], lastUs: START + 3 * US_PER_DAY });
    const burst = candidate({
      signatureIds: ['a'],
      firstUs: START + US_PER_DAY,
      lastUs: START + US_PER_DAY + 9,
    });
    expect(foldIntoStories([recurrence, burst])).toHaveLength(1);
  });

  it('makes one of what happens at the same time on one host', () => {
    expect(foldIntoStories([candidate({}), candidate({ lastUs: START + 25 * US_PER_MINUTE })])).toHaveLength(
      1,
    );
  });

  it('keeps a slow trouble apart from a short one of another family that falls into it', () => {
    const disk = candidate({ type: 'RECURRENCE', families: ['kernel:disk'], lastUs: START + 3 * US_PER_DAY });
    const attack = candidate({
      families: ['sshd:authentication'],
      firstUs: START + US_PER_DAY,
      lastUs: START + US_PER_DAY + US_PER_HOUR,
    });
    expect(foldIntoStories([attack, disk])).toHaveLength(2);
  });

  it('makes one of the same signature on several hosts at the same time', () => {
    const here = candidate({ signatureIds: ['a'] });
    const there = candidate({ signatureIds: ['a'], assetIds: ['2'] });
    expect(foldIntoStories([here, there])).toHaveLength(1);
  });

  it('makes one of a disk that warns and, an hour later, is full', () => {
    const warning = candidate({ families: ['diskwatch:disk'] });
    const full = candidate({
      families: ['postgres:disk'],
      firstUs: warning.lastUs + US_PER_HOUR,
      lastUs: warning.lastUs + 5 * US_PER_HOUR,
    });
    expect(foldIntoStories([warning, full])).toHaveLength(1);
  });

  it('keeps other hosts and other times apart', () => {
    const here = candidate({ families: ['sshd:authentication'] });
    const there = candidate({ families: ['sshd:authentication'], assetIds: ['2'] });
    const later = candidate({
      families: ['sshd:authentication'],
      firstUs: here.lastUs + 3 * US_PER_HOUR,
      lastUs: here.lastUs + 4 * US_PER_HOUR,
    });
    const nothingInCommon = candidate({
      firstUs: here.lastUs + 6 * US_PER_MINUTE,
      lastUs: here.lastUs + 20 * US_PER_MINUTE,
    });
    expect(foldIntoStories([here, there, later, nothingInCommon])).toHaveLength(4);
  });
});

describe('the next step', () => {
  const lead = candidate({ families: ['kernel:disk'] });
  const lesson = { title: 'Logs fill it', recommendation: 'Rotate the access log hourly.' };

  it('is what a hint says, else what was learned, else the change before it, else what one does first', () => {
    const hint = { title: 'Clean up', hintText: 'Run the clean-up job.' };
    expect(nextStepFor(lead, { hint, lesson }, true)).toBe('Clean up: Run the clean-up job.');
    expect(nextStepFor(lead, { hint: null, lesson }, true)).toBe(
      'Learned before: Rotate the access log hourly.',
    );
    expect(nextStepFor(lead, undefined, true)).toMatch(/that change/);
    expect(nextStepFor(lead, undefined, false)).toMatch(/what grows/);
  });

  it('recommends the promotion that the band stands for', () => {
    expect(nextStepFor({ ...lead, decisionBand: 'PROMOTE_TO_INCIDENT_MEMORY' }, undefined, false)).toMatch(
      /promote it/,
    );
  });
});

describe('the digest on a terminal', () => {
  const highlight: Highlight = {
    candidateId: '1',
    title: 'Burst of «Failed password for invalid user <*> from <*> port <*> ssh2» on gate-with-a-long-name',
    why: 'It came 412 times within nine minutes against a usual rate of none at all. '.repeat(3),
    nextStep: 'Check whether any of these logins succeeded.',
    score: 0.7234,
    decisionBand: 'URGENT_HUMAN_REVIEW',
    confidence: 0.62,
    trackRecord: 'People found 7 of 9 judged candidates of this band useful.',
    hostnames: ['gate'],
    firstUs: START,
    lastUs: START + 20 * US_PER_MINUTE,
    related: Array.from({ length: 5 }, (_, i) => ({ candidateId: String(i), title: `Related ${i}` })),
  };

  it('says place, band, score, why and what next', () => {
    expect(renderDigest('What deserves a look', [highlight])).toMatchSnapshot();
  });

  it('keeps within its width, also with a word that is longer', () => {
    const long = { ...highlight, why: 'x'.repeat(300) };
    for (const width of [60, 80, 100]) {
      const lines = renderDigest('Heading', [highlight, long], { width }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });

  it('has escape codes only where colour is asked for, and the same words', () => {
    const plain = renderDigest('Heading', [highlight]);
    const colored = renderDigest('Heading', [highlight], { color: true });
    expect(plain).not.toContain('\x1b');
    expect(colored).toContain('\x1b[31m');
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(plain);
  });

  it('says so when nothing deserves a look', () => {
    expect(renderDigest('Heading', [])).toContain('Nothing deserves a look');
  });
});
