import { expect, it } from 'vitest';
import type { LogLine, Story } from '../../src/cli/demo/lines.ts';
import { newLines } from '../../src/cli/demo/new-lines.ts';
import { anchorOf, sampleLines } from '../../src/cli/demo/sample.ts';
import { background } from '../../src/cli/demo/stories/background.ts';
import { bruteForce } from '../../src/cli/demo/stories/brute-force.ts';
import { flappingLink } from '../../src/cli/demo/stories/flapping-link.ts';
import { fullDisk } from '../../src/cli/demo/stories/full-disk.ts';
import { nightlyCron } from '../../src/cli/demo/stories/nightly-cron.ts';
import { unluckyDeploy } from '../../src/cli/demo/stories/unlucky-deploy.ts';
import { parseMicros, US_PER_DAY, US_PER_MINUTE } from '../../src/domain/time.ts';
import { signatureKey } from '../../src/signature/engine.ts';

const ANCHOR = parseMicros('2026-11-23T00:00:00Z')!;
const NEW_YEAR = parseMicros('2027-01-02T00:00:00Z')!;

const HEADERS = [
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?<host>\S+) (?:\S+: )(?<message>.*)$/,
  /^<\d+>1 \S+ (?<host>\S+) \S+ \S+ - - (?<message>.*)$/,
];

function read(text: string): { host: string; message: string } {
  for (const header of HEADERS) {
    const { host, message } = header.exec(text)?.groups ?? {};
    if (host && message) return { host, message };
  }
  throw new Error(`No header that the sample writes: ${text}`);
}

const keyOf = (text: string): string => signatureKey(read(text).message, '');

function grouped(lines: LogLine[], keyOfLine: (line: LogLine) => string): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const line of lines) {
    const key = keyOfLine(line);
    times.set(key, [...(times.get(key) ?? []), line.atUs]);
  }
  for (const list of times.values()) list.sort((a, b) => a - b);
  return times;
}

/** The most lines within any span of `minutes`. */
function peak(times: number[], minutes: number): number {
  let from = 0;
  return times.reduce((most, at, index) => {
    while (at - times[from]! >= minutes * US_PER_MINUTE) from++;
    return Math.max(most, index - from + 1);
  }, 0);
}

const perSignatureAndHost = (line: LogLine): string => `${keyOf(line.text)} ${read(line.text).host}`;

it('is the same for the same anchor, and differs for another only in its times', () => {
  expect(sampleLines(ANCHOR)).toEqual(sampleLines(ANCHOR));
  const withoutDates = (anchorUs: number): string[] =>
    sampleLines(anchorUs).map((line) => line.replace(/^[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\d/g, ''));
  expect(withoutDates(NEW_YEAR)).toEqual(withoutDates(ANCHOR));
  expect(anchorOf(ANCHOR + 5 * US_PER_MINUTE)).toBe(ANCHOR);
});

it('is of a size that a person can wait for', () => {
  expect(sampleLines(ANCHOR).length).toBeGreaterThan(6_000);
  expect(sampleLines(ANCHOR).length).toBeLessThan(15_000);
});

it.each<[string, Story]>(
  Object.entries({ background, nightlyCron, unluckyDeploy, flappingLink, fullDisk, bruteForce }),
)('%s lies in the four days before the anchor', (_, story) => {
  const times = story(ANCHOR).map((line) => line.atUs);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(ANCHOR - 4 * US_PER_DAY);
  expect(Math.max(...times)).toBeLessThan(ANCHOR);
});

it('never lets a host fall silent for ten minutes', () => {
  const hosts = grouped(background(ANCHOR), (line) => read(line.text).host);
  expect([...hosts.keys()].sort()).toEqual(['backup', 'bastion', 'core-sw1', 'db-1', 'web-1', 'web-2']);
  for (const times of hosts.values())
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeLessThan(10 * US_PER_MINUTE);
});

it('keeps everything but the stories calm: fewer than ten lines of a kind within five minutes', () => {
  const calm = [...background(ANCHOR), ...nightlyCron(ANCHOR)];
  for (const [key, times] of grouped(calm, perSignatureAndHost))
    expect([key, peak(times, 5) < 10]).toEqual([key, true]);
});

it('tells of a brute force in hundreds of lines within a quarter of an hour, none with a severity', () => {
  const lines = bruteForce(ANCHOR);
  const [times, ...others] = grouped(lines, perSignatureAndHost).values();
  expect(others).toEqual([]);
  expect(peak(times!, 15)).toBeGreaterThan(400);
  expect(lines.filter((line) => line.text.startsWith('<'))).toEqual([]);
});

it('tells of a deploy that floods both web servers with errors for eight minutes', () => {
  const errors = unluckyDeploy(ANCHOR).filter((line) => line.text.startsWith('<131>'));
  const servers = grouped(errors, perSignatureAndHost);
  expect(servers.size).toBe(2);
  for (const times of servers.values()) {
    expect(peak(times, 1)).toBeGreaterThan(10);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(7 * US_PER_MINUTE);
  }
});

it('has new lines of each family: the same signature, another text', () => {
  const known = new Map(sampleLines(ANCHOR).map((line) => [keyOf(line), line]));
  const { never, ...family } = newLines(ANCHOR);
  for (const line of Object.values(family)) {
    expect(known.has(keyOf(line))).toBe(true);
    expect(read(line).host).not.toBe(read(known.get(keyOf(line))!).host);
  }
  expect(known.has(keyOf(never))).toBe(false);
});
