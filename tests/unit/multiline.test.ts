import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinMultiline } from '../../src/parse/multiline.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import { isClosing, isFrame, isIndented, isTracePart, standsAlone } from '../../src/parse/trace-lines.ts';

/** The number of lines in each event. */
const counts = (lines: readonly string[]): number[] => joinMultiline(lines).map(({ count }) => count);

const text = (block: string): string[] => block.split('\n').slice(1, -1);

describe('joining lines', () => {
  it('makes one event of a Java exception and its causes', () => {
    const lines = text(`
2026-02-10 06:55:46,123 ERROR [main] com.acme.Main - charge failed
java.lang.IllegalStateException: no session
	at com.acme.Main.run(Main.java:17)
	at com.acme.Main.main(Main.java:3)
Caused by: java.net.ConnectException: refused
	at java.net.Socket.connect(Socket.java:1)
	... 12 more
2026-02-10 06:55:47,000 INFO  [main] com.acme.Main - next
`);
    expect(counts(lines)).toEqual([7, 1]);
    const [event] = joinMultiline(lines);
    expect(event).toEqual({ text: lines.slice(0, 7).join('\n'), first: 0, count: 7 });
    const line = parseLine(event!.text, { referenceUs: 0 });
    expect(line.program).toBe('com.acme.Main');
    expect(line.message).toContain('charge failed\njava.lang.IllegalStateException');
  });

  it('makes one event of chained Python tracebacks', () => {
    const lines = text(`
2026-02-10 06:55:46,123 ERROR root: import failed
Traceback (most recent call last):
  File "a.py", line 1, in <module>
    run()
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in <module>
    raise ValueError
ValueError
2026-02-10 06:55:47,000 INFO root: next
`);
    expect(counts(lines)).toEqual([12, 1]);
  });

  it('makes one event of a Go panic', () => {
    const lines = text(`
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.load(0x3)
	/src/main.go:12 +0x1d
created by main.main
	/src/main.go:3
exit status 2
ready
`);
    expect(counts(lines)).toEqual([8, 1]);
  });

  it('makes one event of Node and .NET traces', () => {
    const lines = text(`
Error: connect ECONNREFUSED
    at TCPConnectWrap.afterConnect (node:net:1:2) {
  code: 'ECONNREFUSED'
}
System.InvalidOperationException: gone
   at Acme.Main.Run() in Main.cs:line 7
   --- End of inner exception stack trace ---
done
`);
    expect(counts(lines)).toEqual([4, 3, 1]);
  });

  it('makes one event of a Windows event over several lines', () => {
    const lines = ['<Event>', '<System><EventID>7</EventID></System>', '', '</Event>', 'next'];
    expect(counts(lines)).toEqual([4, 1]);
  });

  it('keeps what is indented with the event that has a time, and apart without one', () => {
    expect(counts(['2026-02-10 06:55:46 settings:', '  a = 1', '  b = 2', 'x'])).toEqual([3, 1]);
    expect(counts(['  LSI driver', '  another driver', 'x', '  y'])).toEqual([1, 1, 1, 1]);
  });

  it('leaves lines with a header of their own alone, empty ones too', () => {
    const lines = ['Feb 10 06:55:46 h app[1]: Traceback (most recent call last):', '', 'a', '', '', 'b'];
    expect(counts(lines)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('puts the parts of a line that a container runtime split together again', () => {
    const at = '2026-02-10T06:55:46.1Z';
    const lines = [
      `${at} stdout P {"msg":`,
      `${at} stdout P "he`,
      `${at} stdout F llo"}`,
      `${at} stdout F next`,
    ];
    const [first, second] = joinMultiline(lines);
    expect(first).toEqual({ text: `${at} stdout F {"msg":"hello"}`, first: 0, count: 3 });
    expect(parseLine(first!.text, { referenceUs: 0 })).toMatchObject({
      message: 'hello',
      fields: { stream: 'stdout' },
    });
    expect(second).toMatchObject({ first: 3, count: 1 });
  });

  it('joins a trace whose lines carry a container header each, and never two streams', () => {
    const at = '2026-02-10T06:55:46.1Z';
    const trace = [
      `${at} stderr F Error: gone`,
      `${at} stderr F     at run (a.js:1:2)`,
      `${at} stdout F     at b`,
    ];
    expect(joinMultiline(trace)).toEqual([
      { text: `${at} stderr F Error: gone\n    at run (a.js:1:2)`, first: 0, count: 2 },
      { text: trace[2], first: 2, count: 1 },
    ]);
  });

  it('ends an event at its limits', () => {
    const lines = ['Error: deep', ...Array.from({ length: 9 }, (_, i) => `    at f${i} (a.js:1:2)`)];
    const joined = joinMultiline(lines, { maxLines: 4, maxChars: 1_000 });
    expect(joined.every(({ count }) => count <= 4)).toBe(true);
    expect(
      joinMultiline(lines, { maxLines: 100, maxChars: 60 }).every(({ text: { length } }) => length <= 60),
    ).toBe(true);
  });

  it('takes hostile lines in its stride', () => {
    const long = ['(', 'a.', 'a', ' ', '}'].map((unit) => unit.repeat(200_000));
    for (const opening of [
      'panic: x',
      'Traceback (most recent call last):',
      '2026-02-10 06:55:46 x',
      '<Event',
    ]) {
      expect(
        joinMultiline([opening, ...long, ' x', ...long]).reduce((sum, { count }) => sum + count, 0),
      ).toBe(12);
    }
  });

  it('has every line in exactly one event, in order, and the lines back where no header was taken off', () => {
    const piece = fc.constantFrom(
      ...[
        '',
        ' ',
        'x',
        '  y',
        '\tat a.B(c)',
        'Caused by: z',
        'Traceback (most recent call last):',
        'KeyError: 1',
        '}',
      ],
      ...[
        'panic: x',
        'goroutine 1 [running]:',
        'main.f(1)',
        '<Event',
        '</Event>',
        '2026-02-10 06:55:46 t',
        'a.BError: c',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (lines) => {
        const joined = joinMultiline(lines);
        let expected = 0;
        for (const { first, count } of joined) {
          expect(first).toBe(expected);
          expected += count;
        }
        expect(expected).toBe(lines.length);
        expect(joined.map((event) => event.text).join('\n')).toBe(lines.join('\n'));
      }),
    );
  });

  describe('a line that stands alone', () => {
    it('is told by its first characters', () => {
      const lines = [
        'Jun 14 15:16:01 combo sshd[19939]: session opened',
        'Sep 14 15:16:01 combo sshd[19939]: session opened',
        '2026-02-10 06:55:46,123 ERROR [main] com.acme.Main - charge failed',
        '[Sun Dec 04 04:47:44 2005] [error] mod_jk child init',
        'gateway timed out',
      ];
      expect(lines.map(standsAlone)).toEqual(lines.map(() => true));
    });

    const opening = fc.constantFrom(
      ...[
        '',
        '\t',
        '    at ',
        '\u00a0at ',
        'at a.b(',
        'Caused by: ',
        'Suppressed: ',
        '... 12 more',
        'created by ',
      ],
      ...['goroutine 1 [', '[signal ', 'exit status 2', 'panic: ', 'fatal error: ', '}', '])', '<Event '],
      ...[
        'Traceback (most recent call last):',
        '2026-02-10T06:55:46Z stdout P ',
        'com.acme.AnError: ',
        'c',
        '[',
      ],
    );
    const line = fc.tuple(opening, fc.string()).map(([start, rest]) => start + rest);

    it('looks like no part of a trace', () => {
      fc.assert(
        fc.property(line, (raw) => {
          fc.pre(standsAlone(raw));
          expect([isFrame, isTracePart, isIndented, isClosing].filter((looks) => looks(raw))).toEqual([]);
        }),
      );
    });

    it('is an event by itself where its like follows, whatever comes then', () => {
      fc.assert(
        fc.property(fc.array(line, { maxLength: 8 }), fc.array(line, { maxLength: 8 }), (some, others) => {
          const alone = some.filter(standsAlone);
          expect(counts(alone)).toEqual(alone.map(() => 1));
          const followed = alone.slice(0, -1).map((text, first) => ({ text, first, count: 1 }));
          expect(joinMultiline([...alone, ...others]).slice(0, followed.length)).toEqual(followed);
        }),
      );
    });
  });
});
