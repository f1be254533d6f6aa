// From the lines of an archive to checked records: every fault names its line and field.
import type { z } from 'zod';
import { ValidationError } from '../domain/errors.ts';
import { UNSTORABLE_ESCAPE } from '../review/checked-text.ts';
import { end, FORMAT, FORMAT_VERSION, header, type MemoryRecord, RECORD_KINDS, record } from './format.ts';

/** Why a line cannot be imported. */
export interface LineFault {
  /** Where several files are imported. */
  readonly file?: string;
  /** From 1. */
  readonly line: number;
  /** E.g. `examples.0.at`; null: the line as a whole. */
  readonly field: string | null;
  readonly reason: string;
  /** What stands there, to be kept. */
  readonly text?: string;
}

export interface NumberedRecord {
  readonly file?: string;
  readonly line: number;
  readonly record: MemoryRecord;
}

/** Checks one archive, line by line. */
export class ArchiveReader {
  #line = 0;
  #records = 0;
  #ended = false;
  #text = '';

  /** null: nothing to import from this line. Throws ValidationError where the file is none of ours, or newer. */
  read(text: string): NumberedRecord | LineFault | null {
    const line = ++this.#line;
    this.#text = text;
    if (line === 1) return this.#header(text);
    if (text.trim() === '') return null;
    const value = parseJson(text);
    if (value === undefined) return this.#fault(null, 'This is no JSON object.');
    if (this.#ended) return this.#fault(null, 'It comes after the end of the archive.');
    if (kindOf(value) === 'end') return this.#end(value);
    this.#records++;
    if (UNSTORABLE_ESCAPE.test(text))
      return this.#fault(
        null,
        'It holds a NUL character or half of a surrogate pair, which cannot be stored.',
      );
    return this.#record(line, value);
  }

  /** Throws ValidationError where the archive was cut. */
  finish(): void {
    if (this.#line === 0) throw notOurs();
    if (this.#ended) return;
    throw new ValidationError(
      `The archive ends at line ${this.#line} without its last line: it was cut. Export or copy it again; nothing was imported.`,
      [`line ${this.#line}`],
    );
  }

  #header(text: string): null {
    const value = parseJson(text.replace(/^\ufeff/, ''));
    const parsed = header.safeParse(value);
    if (!parsed.success) throw notOurs();
    if (parsed.data.version > FORMAT_VERSION) {
      throw new ValidationError(
        `The archive has version ${parsed.data.version}; this Mnemograph reads up to ${FORMAT_VERSION}. Import it with a newer Mnemograph.`,
        ['line 1', 'version'],
      );
    }
    return null;
  }

  #end(value: object): LineFault | null {
    this.#ended = true;
    const parsed = end.safeParse(value);
    if (parsed.success && parsed.data.records === this.#records) return null;
    return this.#fault('records', `It should count ${this.#records} records: lines are missing or added.`);
  }

  #record(line: number, value: object): NumberedRecord | LineFault {
    const kind = kindOf(value);
    if (!RECORD_KINDS.includes(kind as MemoryRecord['kind'])) {
      return this.#fault('kind', `"${String(kind).slice(0, 40)}" is none of ${RECORD_KINDS.join(', ')}.`);
    }
    const parsed = record.safeParse(value);
    if (parsed.success) return { line, record: parsed.data };
    const [issue] = parsed.error.issues;
    return this.#fault(issue!.path.join('.') || null, `${kind}: ${reasonOf(issue!)}`);
  }

  #fault = (field: string | null, reason: string): LineFault => ({
    line: this.#line,
    field,
    reason,
    text: this.#text,
  });
}

const reasonOf = (issue: z.core.$ZodIssue) => issue.message;

const kindOf = (value: object): unknown => (value as { kind?: unknown }).kind;

const notOurs = () =>
  new ValidationError(
    `This is no archive of Mnemograph: its first line must be {"kind":"header","format":"${FORMAT}","version":${FORMAT_VERSION},…}.`,
    ['line 1'],
  );

function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
