import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyslogFramer } from '../../src/connectors/syslog/framing.ts';

const LIMIT = 1_000;
const texts = (frames: readonly Buffer[]) => frames.map((frame) => frame.toString('latin1'));

function frame(bytes: Buffer, cuts: readonly number[]): string[] {
  const framer = new SyslogFramer(LIMIT);
  const found: string[] = [];
  let at = 0;
  for (const cut of [...cuts.map((c) => c % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    found.push(...texts(framer.push(bytes.subarray(at, cut))));
    at = cut;
  }
  return [...found, ...texts(framer.end())];
}

describe('a stream of syslog', () => {
  it('is told apart by counted octets, wherever its packets were cut', () => {
    const message = fc
      .string({ minLength: 1, maxLength: 40 })
      .map((s) => `<13>${s.replace(/[\r\n\0]/g, '_')}.`);
    fc.assert(
      fc.property(
        fc.array(message),
        fc.array(fc.boolean()),
        fc.array(fc.nat()),
        (messages, counted, cuts) => {
          const bytes = Buffer.from(
            messages.map((m, i) => (counted[i] ? `${Buffer.byteLength(m)} ${m}` : `${m}\n`)).join(''),
          );
          expect(frame(bytes, cuts)).toEqual(messages.map((m) => Buffer.from(m).toString('latin1')));
        },
      ),
    );
  });

  it('loses no byte of anything, line ends and NULs at ends aside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat()), (raw, cuts) => {
        const bytes = Buffer.from(
          raw.filter((b) => b !== 10 && b !== 13 && b !== 0 && !(b >= 48 && b <= 57)),
        );
        expect(frame(bytes, cuts).join('')).toBe(bytes.toString('latin1'));
      }),
    );
  });

  it('cuts what has no end', () => {
    expect(frame(Buffer.alloc(2_500, 'x'), []).map((f) => f.length)).toEqual([1_000, 1_000, 500]);
  });

  it('takes a number that begins a plain line as part of it', () => {
    expect(frame(Buffer.from('404 not found\n7 <13>abc\n'), [])).toEqual(['404 not found', '<13>abc']);
  });
});
