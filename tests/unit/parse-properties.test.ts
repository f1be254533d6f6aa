import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMicros, parseMicros, US_PER_DAY, US_PER_SECOND } from '../../src/domain/time.ts';
import { bytesOfText, textOfBytes } from '../../src/parse/bytes.ts';
import { eventFamily } from '../../src/parse/family.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import { inferSeverity } from '../../src/parse/severity.ts';
import { decodeOriginal, makeStorable } from '../../src/parse/storable.ts';
import { typedFields } from '../../src/parse/typed-fields.ts';

const referenceUs = parseMicros('2026-03-01T12:00:00Z')!;
const context = { referenceUs };

/** Any code units at all, NUL and lone surrogates included. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

/** Pieces that headers are made of, in any order, to reach deep into the parsers. */
const pieces = fc
  .array(
    fc.oneof(
      anyText,
      fc.constantFrom(
        ...[
          '<34>',
          '<34>1 ',
          'Dec 10 06:55:46',
          '2026-02-10T06:55:46.1Z',
          ' ',
          ': ',
          '[',
          ']',
          '{',
          '}',
          '"',
          '\\',
          '=',
        ],
        ...[
          'host',
          'sshd[24200]',
          '%LINK-3-UPDOWN:',
          '*Mar  1 00:00:00',
          '- ',
          '[a b="c"]',
          '{"msg":"x"}',
          '@cee:',
          '45: ',
        ],
        ...[
          'CEF:0|a|b|1|2|n|5|',
          'LEEF:2.0|a|b|1|2|^|',
          'level=info msg="x"',
          '<Event ',
          '0',
          'errors=',
          'not ',
          '10.0.0.7',
        ],
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const message = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .map((text) => `m ${text.replace(/\s+/g, ' ').replace(/\0/g, '')} end`);
const name = fc
  .stringMatching(/^[a-z][a-z0-9_-]{0,14}[a-z]$/)
  .filter((text) => !/^(?:err|log|info|warn|crit)/.test(text));
const pid = fc.integer({ min: 0, max: 4_194_304 });

/** Within the year before the reference, in whole seconds. */
const recentUs = fc
  .integer({ min: -363 * 86_400, max: 86_399 })
  .map((seconds) => referenceUs + seconds * US_PER_SECOND);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function bsdTime(us: number): string {
  const iso = formatMicros(us);
  return `${MONTHS[Number(iso.slice(5, 7)) - 1]} ${String(Number(iso.slice(8, 10))).padStart(2)} ${iso.slice(11, 19)}`;
}

describe('any text', () => {
  it('is read without an error, into a message that is empty only when the text is', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, pieces), (raw) => {
        const line = parseLine(raw, context);
        expect(line.message === '').toBe(raw === '' || raw === '\ufeff');
        inferSeverity(line.message);
        eventFamily(line.program, line.message);
        typedFields(line.message, line.fields);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of half a million characters is read too, whatever it begins with and repeats', () => {
    const openings = [
      '',
      'CEF:0|a|b|1|2|n|5|',
      'LEEF:2.0|a|b|1|2|^|',
      '<Event>',
      '[2026-02-10 06:55:46] ',
      'level=info msg=x ',
      '<Event ',
    ];
    const units = [
      'a',
      '{',
      '[',
      '<a>',
      '<a/>',
      'user ',
      '1.2.3.4 ',
      'a=b ',
      '\0',
      '"\\',
      ' for ',
      ': ',
      'error ',
      '|',
      '^a=',
      'a="1" ',
      '(',
      '\n',
    ];
    for (const raw of openings.flatMap((opening) =>
      units.map((unit) => opening + unit.repeat(500_000 / unit.length)),
    )) {
      const line = parseLine(raw, context);
      expect(line.message.length).toBeGreaterThan(0);
      inferSeverity(line.message);
      typedFields(line.message, line.fields);
      eventFamily(null, line.message);
    }
  });
});

describe('storable text', () => {
  it('holds neither NUL nor lone surrogates, and gives the original back', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const storable = makeStorable(text);
        expect(storable.text).not.toContain('\0');
        expect(Buffer.from(storable.text, 'utf8').toString('utf8')).toBe(storable.text);
        expect(storable.text.length).toBe(text.length);
        expect(
          storable.originalBase64 === null ? storable.text : decodeOriginal(storable.originalBase64),
        ).toBe(text);
      }),
    );
  });

  it('is the text itself, with nothing beside, when that can be stored', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!text.includes('\0'));
        expect(makeStorable(text)).toEqual({ text, originalBase64: null });
      }),
    );
  });
});

describe('bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });

  it('come back as they were, whether they are UTF-8 or not, through storage too', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
        ),
        (original) => {
          const text = textOfBytes(original);
          const stored = makeStorable(text);
          const read = stored.originalBase64 === null ? stored.text : decodeOriginal(stored.originalBase64);
          expect(Buffer.from(bytesOfText(read)).equals(Buffer.from(original))).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('keep their text around what is broken', () => {
    expect(makeStorable(textOfBytes(Buffer.from([0x68, 0xc3, 0xa9, 0xff, 0x21]))).text).toBe(
      'h\u00e9\ufffd!',
    );
  });
});

describe('a header that a format generated', () => {
  it('comes off an RFC 3164 line and leaves the message', () => {
    fc.assert(
      fc.property(
        recentUs,
        name,
        name,
        pid,
        message,
        fc.integer({ min: 0, max: 191 }),
        (us, host, app, id, text, pri) => {
          const raw = `<${pri}>${bsdTime(us)} ${host} ${app}[${id}]: ${text}`;
          const read = parseLine(raw, context);
          expect(read).toMatchObject({
            format: 'rfc3164',
            message: text,
            host,
            program: app,
            pid: id,
            facility: pri >> 3,
          });
          expect(read.timestampUs).toBe(us);
        },
      ),
    );
  });

  it('comes off an RFC 5424 line and leaves message and structured data', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(recentUs, name, name, pid, message, value, (us, host, app, id, text, data) => {
        const escaped = data.replace(/["\\\]]/g, '\\$&');
        const raw = `<165>1 ${formatMicros(us)} ${host} ${app} ${id} - [x@1 v="${escaped}"][y@1] ${text}`;
        expect(parseLine(raw, context)).toMatchObject({
          format: 'rfc5424',
          message: text,
          timestampUs: us,
          host,
          program: app,
          pid: id,
          fields: { 'x@1': { v: data }, 'y@1': {} },
        });
      }),
    );
  });

  it('comes off a JSON line and leaves the message and every other member', () => {
    fc.assert(
      fc.property(
        recentUs,
        name,
        message,
        fc.dictionary(fc.stringMatching(/^x[a-z]*$/), fc.jsonValue()),
        (us, host, text, rest) => {
          const raw = JSON.stringify({ time: formatMicros(us), host, message: text, ...rest });
          const read = parseLine(raw, context);
          expect(read).toMatchObject({ format: 'jsonl', message: text, timestampUs: us, host });
          expect(read.fields ?? {}).toEqual(JSON.parse(JSON.stringify(rest)));
        },
      ),
    );
  });
});

describe('an inferred year', () => {
  it('is the one that puts the time within the year up to a day after the reference', () => {
    const reference = fc
      .integer({ min: 0, max: 40 * 365 })
      .map((days) => Date.UTC(1995, 0, 1) * 1_000 + days * US_PER_DAY);
    fc.assert(
      fc.property(reference, fc.integer({ min: -363 * 86_400, max: 86_400 }), (now, seconds) => {
        const us = now + seconds * US_PER_SECOND;
        const read = parseLine(`${bsdTime(us)} gate app[1]: x`, { referenceUs: now });
        expect(read.timestampUs).toBe(us);
        expect(read.yearInferred).toBe(true);
      }),
    );
  });
});
