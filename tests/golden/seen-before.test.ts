// Pairs of lines as programs print them: the first was logged, the second is asked for. Of the same statement it was
// seen before; of another, however alike, it was not. Where one line alone does not show that a word is a value, the
// answer is no more than SIMILAR.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const pairsIn = (file: string): [known: string, asked: string][] =>
  readFileSync(new URL(`seen-before/${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n\n')
    .map((pair) => pair.split('\n') as [string, string]);

const SAME = pairsIn('same.txt');
const OTHER = pairsIn('other.txt');
const UNPROVEN = pairsIn('unproven.txt');

let t: TestPipeline;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
  for (const [name, pairs] of [
    ['same', SAME],
    ['other', OTHER],
    ['unproven', UNPROVEN],
  ] as const) {
    const events = pairs.map(([message], i) => ({ message, service: `${name}-${i}` }));
    await t.pipeline.ingestEvents(t.caller, { events });
  }
  await t.pipeline.settle(t.caller.tenantId);
});
afterAll(() => t.close());

const verdictOf = async (text: string, service: string) =>
  (await seenBefore({ store: t.store, clock: t.clock, caller: t.caller }, { message: { text, service } }))
    .verdict;

describe('a line of the same statement with other values', () => {
  it.each(SAME.map(([, asked], i) => [asked, i] as const))('was seen before: %s', async (asked, i) => {
    expect(await verdictOf(asked, `same-${i}`)).toBe('YES');
  });
});

describe('a line of another statement, however alike,', () => {
  it.each(OTHER.map(([, asked], i) => [asked, i] as const))('was not seen before: %s', async (asked, i) => {
    expect(await verdictOf(asked, `other-${i}`)).not.toBe('YES');
  });
});

describe('a line of the same statement whose new word could be anything', () => {
  it.each(UNPROVEN.map(([, asked], i) => [asked, i] as const))('is similar: %s', async (asked, i) => {
    expect(await verdictOf(asked, `unproven-${i}`)).toBe('SIMILAR');
  });
});
