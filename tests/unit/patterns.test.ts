import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOf, lineBatches, MAX_LINE_LENGTH, splitLines } from '../../src/cli/line-batches.ts';
import { openInput, type PatternsOptions, registerPatterns, runPatterns } from '../../src/cli/patterns.ts';
import { BatchJoiner } from '../../src/parse/join-batches.ts';
import { joinMultiline } from '../../src/parse/multiline.ts';

const LOG = [
  '<34>1 2026-03-01T02:30:00Z web01 nginx 7 - - upstream 10.0.0.1 timed out',
  '<34>1 2026-03-01T02:30:01Z web02 nginx 8 - - upstream 10.0.0.2 timed out',
  '<34>1 2026-03-01T02:30:02Z web02 proxy 9 - - upstream 10.0.0.2 timed out',
  '<34>1 2026-03-01T02:30:03Z db01 postgres 9 - - checkpoint complete',
];

async function patterns(lines: readonly string[], options: PatternsOptions): Promise<string> {
  const output = new PassThrough();
  const warnings = new PassThrough();
  const text = output.setEncoding('utf8').toArray();
  const inputs = [Readable.from([Buffer.from(lines.join('\n'))])];
  await runPatterns({ inputs, output, warnings }, options);
  output.end();
  return (await text).join('');
}

async function linesOf(...chunks: Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of lineBatches(Readable.from(chunks))) lines.push(...batch);
  return lines;
}

describe('bytes of whole lines', () => {
  const line = fc.oneof(fc.string(), fc.constantFrom('', 'x'.repeat(40_000), 'é'.repeat(30_000), 'a\rb'));
  const log = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 12 });

  it('are the same lines in batches as at once, whatever their ends', () => {
    fc.assert(
      fc.property(log, fc.boolean(), (parts, isEnded) => {
        const lines = parts.map(([text]) => text.replace(/[\r\n]+/g, ' '));
        let text = lines.map((line, i) => line + parts[i]![1]).join('');
        if (!isEnded) text = text.replace(/\r?\n$/, '');
        const found = [...batchesOf(Buffer.from(text))].flatMap((batch) => splitLines(batch));
        expect(found).toEqual(isEnded || lines.at(-1) !== '' ? lines : lines.slice(0, -1));
      }),
    );
  });
});

describe('mnemograph patterns', () => {
  it('takes headers off and prints the signatures, most frequent first', async () => {
    const { lines, signatures } = JSON.parse(await patterns(LOG, { json: true }));
    expect(lines).toBe(4);
    expect(signatures).toHaveLength(2);
    expect(signatures[0]).toMatchObject({
      count: 3,
      share: 0.75,
      firstLine: 1,
      lastLine: 3,
      pattern: 'upstream <*> timed out',
      example: 'upstream 10.0.0.1 timed out',
    });
    expect(signatures[0].signature).toMatch(/^v1:[0-9a-f]{16}$/);
  });

  describe('a stack trace', () => {
    const trace = (n: number) => [
      `2026-02-10 06:55:46,123 ERROR [main] com.acme.Main - charge ${n} failed`,
      'java.lang.IllegalStateException: no session',
      '\tat com.acme.Main.run(Main.java:17)',
    ];
    const log = [...trace(1), LOG[0]!, ...trace(2)];

    it('is one event, at its first line', async () => {
      const { lines, events, signatures } = JSON.parse(await patterns(log, { json: true }));
      expect({ lines, events }).toEqual({ lines: 7, events: 3 });
      expect(signatures).toHaveLength(2);
      expect(signatures[0]).toMatchObject({ count: 2, share: 2 / 3, firstLine: 1, lastLine: 5 });
      expect(signatures[0].example).toBe(trace(1).join('\n').slice(trace(1)[0]!.indexOf('charge')));
      expect(await patterns(log, {})).toContain('7 lines in 3 events, 2 signatures');
    });

    it('has every line of it assigned', async () => {
      const assigned = (await patterns(log, { assign: true }))
        .split('\n')
        .filter((row) => row.startsWith('{"line"'))
        .map((row) => JSON.parse(row));
      expect(assigned.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(new Set(assigned.map(({ signature }) => signature)).size).toBe(2);
    });

    it('is lines where that is asked for, and among bare messages', async () => {
      for (const options of [{ multiline: false }, { content: true }])
        expect(JSON.parse(await patterns(log, { json: true, ...options }))).toMatchObject({ events: 7 });
    });

    it('is the same wherever its input is cut', () => {
      const piece = fc.constantFrom(...trace(1), LOG[0]!, '', 'panic: x', 'main.f(1)', 'Caused by: y', '}');
      const batches = fc.array(fc.array(piece, { maxLength: 6 }), { maxLength: 8 });
      fc.assert(
        fc.property(batches, (cut) => {
          const joiner = new BatchJoiner();
          const joined = [...cut.map((lines) => joiner.take(lines)), joiner.rest()].flat();
          expect(joined.map(({ text, count }) => ({ text, count }))).toEqual(
            joinMultiline(cut.flat()).map(({ text, count }) => ({ text, count })),
          );
        }),
      );
    });
  });

  it('keeps programs apart on request', async () => {
    const { signatures } = JSON.parse(await patterns(LOG, { json: true, byProgram: true }));
    expect(signatures.map(({ count }: { count: number }) => count)).toEqual([2, 1, 1]);
  });

  it('leaves bare messages as they are', async () => {
    const { signatures } = JSON.parse(
      await patterns(['1: started', '2: started'], { json: true, content: true }),
    );
    expect(signatures).toHaveLength(1);
    expect(signatures[0].example).toBe('1: started');
  });

  it('prints a table that says what it left out', async () => {
    const table = await patterns(LOG, { top: 1 });
    expect(table).toContain('75.00 %');
    expect(table).toContain('upstream <*> timed out');
    expect(table).not.toContain('checkpoint');
    expect(table).toContain('4 lines, 2 signatures, 1 of them not shown (--top 0 shows all)');
  });

  it('leaves out what is rarer than asked for, and sorts as asked for', async () => {
    const firsts = async (options: PatternsOptions) => {
      const { signatures } = JSON.parse(await patterns(LOG, { json: true, byProgram: true, ...options }));
      return signatures.map(({ firstLine }: { firstLine: number }) => firstLine);
    };
    expect(await firsts({ min: 2 })).toEqual([1]);
    expect(await firsts({ sort: 'rare' })).toEqual([3, 4, 1]);
    expect(await firsts({ sort: 'first' })).toEqual([1, 3, 4]);
    expect(await firsts({ sort: 'last' })).toEqual([1, 3, 4]);
  });

  it('reads several inputs as one log', async () => {
    const output = new PassThrough();
    const text = output.setEncoding('utf8').toArray();
    const inputs = [LOG.slice(0, 2), LOG.slice(2)].map((part) =>
      Readable.from([Buffer.from(part.join('\n'))]),
    );
    await runPatterns({ inputs, output, warnings: new PassThrough() }, { json: true });
    output.end();
    expect(JSON.parse((await text).join(''))).toEqual(JSON.parse(await patterns(LOG, { json: true })));
  });

  it('finds the same signatures in any order of the lines', async () => {
    const found = async (lines: readonly string[]) => {
      const { signatures } = JSON.parse(await patterns(lines, { json: true }));
      return signatures
        .map(({ pattern, count }: { pattern: string; count: number }) => `${count} ${pattern}`)
        .sort();
    };
    expect(await found(LOG.toReversed())).toEqual(await found(LOG));
  });

  it('shows terminal control characters in no table', async () => {
    expect(await patterns(['\u001b[2Jcleared\u0007 the screen'], { content: true })).not.toMatch(
      /[\u0007\u001b]/,
    );
  });

  it('assigns every line, then says what was joined and how the patterns ended', async () => {
    const lines = ['alpha', 'beta', 'gamma', 'delta'].map((name) => `the cache of region ${name} was warmed`);
    const records = (await patterns(lines, { assign: true, content: true }))
      .trim()
      .split('\n')
      .map((l) => JSON.parse(l));
    const assigned = records.filter((r) => 'line' in r);
    expect(assigned.map(({ line }) => line)).toEqual([1, 2, 3, 4]);
    const alias = new Map(records.filter((r) => 'alias' in r).map((r) => [r.alias, r.to]));
    const final = records.filter((r) => 'final' in r);
    expect(final).toEqual([{ final: assigned[0].signature, template: 'the cache of region <*> was warmed' }]);
    for (const { signature } of assigned) expect(alias.get(signature) ?? signature).toBe(final[0].final);
  });

  it('reports nothing found of nothing read', async () => {
    expect(JSON.parse(await patterns([], { json: true }))).toEqual({ lines: 0, events: 0, signatures: [] });
    expect(await patterns([], {})).toContain('0 lines, 0 signatures');
  });

  it('says which file it cannot read and why', async () => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    registerPatterns(program);
    program.commands[0]!.exitOverride().configureOutput({ writeErr: () => {} });
    const run = program.parseAsync(['node', 'mnemograph', 'patterns', '/nowhere/at/all.log']);
    await expect(run).rejects.toThrow('cannot read /nowhere/at/all.log: no such file');
  });

  it('reads gzip files, and says so when one is broken', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patterns-'));
    const whole = gzipSync(LOG.join('\n'));
    await writeFile(join(folder, 'whole.gz'), whole);
    await writeFile(join(folder, 'cut.gz'), whole.subarray(0, whole.length - 20));
    const run = async (file: string) => {
      const output = new PassThrough();
      const text = output.setEncoding('utf8').toArray();
      const inputs = [openInput(join(folder, file))];
      await runPatterns({ inputs, output, warnings: new PassThrough() }, { json: true });
      output.end();
      return JSON.parse((await text).join(''));
    };
    try {
      expect(await run('whole.gz')).toEqual(JSON.parse(await patterns(LOG, { json: true })));
      await expect(run('cut.gz')).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
      await expect(run('missing.gz')).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('fails with the error of its output, as when the reader goes away', async () => {
    const output = new PassThrough();
    output.destroy(Object.assign(new Error('gone'), { code: 'EPIPE' }));
    output.on('error', () => {});
    const inputs = [Readable.from([Buffer.from('a b c\n')])];
    const run = runPatterns({ inputs, output, warnings: new PassThrough() }, { assign: true, content: true });
    await expect(run).rejects.toMatchObject({ code: expect.stringMatching(/EPIPE|ERR_STREAM_DESTROYED/) });
  });
});

describe('reading lines', () => {
  it('joins what chunks cut apart, also within a character', async () => {
    const bytes = Buffer.from('größe\r\nzwei\n\ndrei');
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await linesOf(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([
        'größe',
        'zwei',
        '',
        'drei',
      ]);
    }
  });

  it('cuts a line that never ends', async () => {
    const chunk = Buffer.alloc(400_000, 'x');
    const lines = await linesOf(chunk, chunk, chunk, chunk, Buffer.from('\nnext'));
    expect(lines.map((line) => line.length)).toEqual([MAX_LINE_LENGTH, 4]);
  });
});
