import { describe, expect, it } from 'vitest';
import { endBeforeHalfEvent, endBeforeOpenEvent, splitBlock } from '../../src/connectors/files/lines.ts';

const OPENING = '2026-02-10 06:55:46,123 ERROR [main] com.acme.Main - charge failed';
const EXCEPTION = 'java.lang.IllegalStateException: no session';
const FRAME = '\tat com.acme.Main.run(Main.java:17)';

const blockOf = (lines: readonly string[]) =>
  splitBlock(Buffer.from(lines.map((line) => `${line}\n`).join('')), {
    maxLines: 100,
    limitBytes: 1 << 20,
    isWhole: false,
    withEmpty: true,
  });

describe('at the end of a file that grows', () => {
  it.each([
    { written: [OPENING, OPENING], sent: 2 },
    { written: [OPENING, OPENING, EXCEPTION], sent: 1 },
    { written: [OPENING, OPENING, EXCEPTION, FRAME], sent: 1 },
    { written: [OPENING, EXCEPTION, FRAME], sent: 0 },
    { written: [OPENING, EXCEPTION, FRAME, OPENING], sent: 4 },
    { written: [OPENING, EXCEPTION], sent: 0 },
  ])('an event that may be half written waits for its rest: $sent of $written', ({ written, sent }) => {
    const block = endBeforeHalfEvent(blockOf(written));
    expect(block.lines).toEqual(written.slice(0, sent));
    expect(block.length).toBe(written.slice(0, sent).reduce((sum, line) => sum + line.length + 1, 0));
  });

  it('nothing waits where more is known to follow, but for the last event', () => {
    const written = [OPENING, EXCEPTION, FRAME];
    expect(endBeforeOpenEvent(blockOf([OPENING, ...written])).lines).toEqual([OPENING]);
    expect(endBeforeOpenEvent(blockOf(written)).lines).toEqual(written);
  });
});
