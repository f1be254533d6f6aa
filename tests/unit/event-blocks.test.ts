import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf } from '../../src/cli/patterns/blocks.ts';
import { lastEventStart } from '../../src/parse/event-blocks.ts';
import { joinMultiline } from '../../src/parse/multiline.ts';

const LINES = [
  '2026-02-10 06:55:46,123 ERROR [main] com.acme.Main - charge failed',
  'the cache was warmed in 3 ms',
  'java.lang.IllegalStateException: no session',
  '\tat com.acme.Main.run(Main.java:17)',
  'Caused by: x',
  '  indented',
  '',
  ' ',
  '}',
  'panic: x',
  'goroutine 1 [running]:',
  'main.f(1)',
  'exit status 2',
  'Traceback (most recent call last):',
  '  File "a.py", line 1, in <module>',
  'ValueError: bad',
  'During handling of the above exception, another exception occurred:',
  "<Event xmlns='x'>",
  '<EventID>4</EventID>',
  '</Event>',
  "<Event xmlns='x'><EventID>4</EventID></Event>",
  '2026-02-10T06:55:46.1Z stdout P the first half, ',
  '2026-02-10T06:55:46.1Z stdout F the other half',
  '2026-02-10T06:55:46.1Z stderr F something else',
  '2026-02-10T06:55:46.1Z stdout F   at com.acme.Main.run(Main.java:17)',
  'größe\r',
];

const lines = fc.array(fc.constantFrom(...LINES), { minLength: 1, maxLength: 12 });
const bytesOf = (all: readonly string[]): Buffer => Buffer.from(all.map((line) => `${line}\n`).join(''));
const linesOf = (bytes: Buffer): string[] =>
  bytes.length === 0 ? [] : bytes.toString().replace(/\n$/, '').split('\n');
const eventsOf = (all: readonly string[]): string[] => joinMultiline(all).map(({ text }) => text);

describe('the last line that surely begins an event', () => {
  it('parts no event', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const bytes = bytesOf([...before, ...after]);
        const cut = lastEventStart(bytes, true);
        const parts = [bytes.subarray(0, cut), bytes.subarray(cut)].map(linesOf);
        expect(parts.flatMap(eventsOf)).toEqual(eventsOf(parts.flat()));
      }),
      { numRuns: 500 },
    );
  });

  it('parts none that lines behind it would join', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const cut = lastEventStart(bytesOf(before), true);
        const whole = linesOf(bytesOf(before).subarray(0, cut));
        const rest = [...linesOf(bytesOf(before).subarray(cut)), ...after];
        expect([...eventsOf(whole), ...eventsOf(rest)]).toEqual(eventsOf([...whole, ...rest]));
      }),
      { numRuns: 500 },
    );
  });

  it('is found among ordinary lines, and not among lines that may all belong to one before', () => {
    const ordinary = [LINES[0]!, LINES[1]!, LINES[3]!, LINES[4]!];
    expect(lastEventStart(bytesOf(ordinary), true)).toBe(LINES[0]!.length + 1);
    expect(lastEventStart(bytesOf([LINES[0]!, ...Array(5_000).fill('  indented')]), true)).toBe(0);
  });

  it.each([
    ['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', 'ValueError: bad'],
    ['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', 'ValueError'],
    ['java.lang.IllegalStateException: no session', '\tat com.acme.Main.run(Main.java:17)'],
    ['java.lang.IllegalStateException: no session'],
    ['goroutine 1 [running]:', 'main.(*Cache).load(0x3)', '\t/src/main.go:3'],
    ['[signal SIGSEGV]', '}'],
  ])('is no line of a trace: %s', (...trace) => {
    expect(lastEventStart(bytesOf(['first', LINES[0]!, ...trace]), true)).toBe('first\n'.length);
  });

  it('is not within an XML event, unless so many lines are between that the event has ended', () => {
    const opened = [LINES[0]!, "<Event xmlns='x'>"];
    const text = (count: number) => bytesOf([...opened, ...Array(count).fill(LINES[1]!)]);
    expect(lastEventStart(text(500), true)).toBe(LINES[0]!.length + 1);
    expect(lastEventStart(text(1_500), true)).toBe(text(1_499).length);
  });
});

describe('a log in blocks', () => {
  it('is the same log, whatever pieces it is read in, and parts no event between blocks that are not open', async () => {
    const pieces = fc.array(lines, { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        pieces,
        fc.boolean(),
        fc.integer({ min: 1, max: 400 }),
        async (cut, isJoined, size) => {
          const read: Buffer[] = [];
          const runs: Buffer[] = [];
          let isOpen = false;
          async function* input() {
            yield* cut.map(bytesOf);
          }
          for await (const block of blocksOf(input(), isJoined, size)) {
            expect(block.bytes.buffer.byteLength).toBeGreaterThanOrEqual(block.bytes.length);
            read.push(Buffer.from(block.bytes));
            if (isOpen) runs.push(Buffer.concat([runs.pop()!, block.bytes]));
            else runs.push(block.bytes);
            isOpen = block.isOpen;
          }
          const whole = Buffer.concat(cut.map(bytesOf));
          expect(Buffer.concat(read)).toEqual(whole);
          expect(isOpen).toBe(false);
          if (isJoined) expect(runs.map(linesOf).flatMap(eventsOf)).toEqual(eventsOf(linesOf(whole)));
        },
      ),
    );
  });
});
