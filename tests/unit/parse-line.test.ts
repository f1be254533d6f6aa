import { describe, expect, it } from 'vitest';
import { Severity } from '../../src/domain/severity.ts';
import { parseMicros, US_PER_DAY } from '../../src/domain/time.ts';
import { dayNumber, daysFromCivil, yearOfDays } from '../../src/parse/calendar.ts';
import { microsOfEpoch, microsOfEpochText } from '../../src/parse/epoch.ts';
import { parseLine } from '../../src/parse/parse-line.ts';

const at = (text: string): number => parseMicros(text)!;
const context = { referenceUs: at('2026-03-01T12:00:00Z') };

describe('an sshd line of auth.log', () => {
  it('gives each part exactly', () => {
    expect(
      parseLine('Dec 10 06:55:46 gate sshd[24200]: Invalid user admin from 192.0.2.186', context),
    ).toEqual({
      format: 'rfc3164',
      message: 'Invalid user admin from 192.0.2.186',
      timestampUs: at('2025-12-10T06:55:46Z'),
      yearInferred: true,
      host: 'gate',
      program: 'sshd',
      pid: 24200,
      severity: null,
      severityOriginal: null,
      facility: null,
      fields: null,
    });
  });

  it('keeps pam_unix in the message when sshd is the program', () => {
    const line = parseLine(
      'Dec 10 06:55:46 gate sshd[2]: pam_unix(sshd:session): session closed for user x',
      context,
    );
    expect([line.program, line.message]).toEqual([
      'sshd',
      'pam_unix(sshd:session): session closed for user x',
    ]);
  });
});

describe('the year of a time without one', () => {
  const yearOf = (header: string, reference: string): string => {
    const { timestampUs } = parseLine(`${header} h app[1]: x`, { referenceUs: at(reference) });
    return new Date(timestampUs! / 1_000).toISOString().slice(0, 10);
  };

  it('is the year before for December read in January', () => {
    expect(yearOf('Dec 31 23:59:59', '2026-01-01T00:00:10Z')).toBe('2025-12-31');
  });

  it('is the next one for a clock that is ahead across New Year by less than a day', () => {
    expect(yearOf('Jan  1 00:00:05', '2025-12-31T23:59:50Z')).toBe('2026-01-01');
    expect(yearOf('Jan  2 00:00:05', '2025-12-31T23:59:50Z')).toBe('2025-01-02');
  });

  it('is the last leap year for 29 February', () => {
    expect(yearOf('Feb 29 10:00:00', '2026-03-01T00:00:00Z')).toBe('2024-02-29');
    expect(yearOf('Feb 29 10:00:00', '2103-03-01T00:00:00Z')).toBe('2096-02-29');
  });

  it('is judged in the zone of the sender', () => {
    const line = parseLine('Jan  1 00:30:00 h app[1]: x', {
      referenceUs: at('2025-12-30T23:31:00Z'),
      zoneOffsetMinutes: 60,
    });
    expect(line.timestampUs).toBe(at('2025-12-31T23:30:00Z'));
  });
});

describe('times', () => {
  it.each([
    ['2026-02-10T06:55:46Z', '2026-02-10T06:55:46Z'],
    ['2026-02-10 06:55:46,5', '2026-02-10T06:55:46.5Z'],
    ['2026-02-10T06:55:46.123456789+02:00', '2026-02-10T04:55:46.123456Z'],
    ['2026-02-10 06:55:46 -0330', '2026-02-10T10:25:46Z'],
    ['2026/02/10 06:55:46 CET', '2026-02-10T05:55:46Z'],
    ['2026-02-10t06:55:60z', '2026-02-10T06:56:00Z'],
  ])('reads %s', (text, expected) => {
    expect(parseLine(`${text} hello`, context)).toMatchObject({
      timestampUs: at(expected),
      message: 'hello',
    });
  });

  it.each(['2026-02-30 06:55:46', '2026-02-10 24:00:00', '2026-02-10 06:60:46', '2026-02-10 6:55:46'])(
    'does not read %s',
    (text) => {
      expect(parseLine(`${text} hello`, context)).toMatchObject({
        timestampUs: null,
        message: `${text} hello`,
      });
    },
  );

  it('takes a zone setting for times without a zone, and for no others', () => {
    const west = { ...context, zoneOffsetMinutes: -300 };
    expect(parseLine('2026-02-10 06:00:00 x', west).timestampUs).toBe(at('2026-02-10T11:00:00Z'));
    expect(parseLine('2026-02-10 06:00:00Z x', west).timestampUs).toBe(at('2026-02-10T06:00:00Z'));
  });
});

describe('day numbers', () => {
  it('agree with Date over four centuries, and their years too', () => {
    const wrong: number[] = [];
    for (let days = daysFromCivil(1890, 1, 1); days < daysFromCivil(2290, 1, 1); days++) {
      const date = new Date(days * (US_PER_DAY / 1_000));
      const year = date.getUTCFullYear();
      const isSame =
        dayNumber(year, date.getUTCMonth() + 1, date.getUTCDate()) === days && yearOfDays(days) === year;
      if (!isSame) wrong.push(days);
    }
    expect(wrong).toEqual([]);
  });
});

describe('a count since 1970', () => {
  const us = 1_770_706_546_123_456;

  it('is told apart by its size', () => {
    expect(microsOfEpoch(1_770_706_546)).toBe(1_770_706_546_000_000);
    expect(microsOfEpoch(1_770_706_546.25)).toBe(1_770_706_546_250_000);
    expect(microsOfEpoch(1_770_706_546_123)).toBe(1_770_706_546_123_000);
    expect(microsOfEpoch(us)).toBe(us);
    expect(microsOfEpochText('1770706546123456789')).toBe(us);
  });

  it('is none when it is too small, too large or no number', () => {
    for (const count of [0, -1, 12.5, 3_600_000, 1e30, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(microsOfEpoch(count)).toBeNull();
    }
    for (const text of ['', 'abc', '1770706546x', '1770706546.', '17707065461234567890123']) {
      expect(microsOfEpochText(text)).toBeNull();
    }
  });
});

describe('a priority', () => {
  it('gives facility and severity', () => {
    expect(parseLine('<0>x', context)).toMatchObject({
      facility: 0,
      severity: Severity.EMERGENCY,
      severityOriginal: '0',
    });
    expect(parseLine('<191>x', context)).toMatchObject({ facility: 23, severity: Severity.DEBUG });
  });

  it.each(['<192>x', '<>x', '<1234>x', '<1x', '<-1>x'])('is none in %s', (raw) => {
    expect(parseLine(raw, context)).toMatchObject({
      format: 'plain',
      facility: null,
      severity: null,
      message: raw,
    });
  });
});

describe('JSON', () => {
  it('too deep for what reads it later is a plain line', () => {
    const raw = `{"msg":"x","a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(parseLine(raw, context)).toMatchObject({ format: 'plain', message: raw });
  });

  it('with brackets in its texts is not deep', () => {
    expect(parseLine(`{"msg":"${'['.repeat(500)}\\"{{"}`, context).format).toBe('jsonl');
  });

  it('keeps what it does not use, under any name', () => {
    const { fields } = parseLine('{"msg":"x","message":"y","__proto__":1,"level":"odd","n":null}', context);
    expect(Object.entries(fields!)).toEqual([
      ['msg', 'x'],
      ['__proto__', 1],
      ['level', 'odd'],
      ['n', null],
    ]);
  });
});
