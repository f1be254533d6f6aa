// What callers hand to the pipeline, its limits, and what they get back.
import { LimitExceededError, ValidationError } from '../domain/errors.ts';
import type { SeverityName } from '../domain/severity.ts';
import type { SourceType } from '../domain/words.ts';

/** The way by which an input came: one row of `source` per tenant and name. */
export interface Via {
  readonly name: string;
  readonly connector: string;
}

export interface IngestLinesInput {
  readonly lines: readonly string[];
  readonly sourceType: SourceType;
  readonly sourcePath?: string | null | undefined;
  readonly host?: string | null | undefined;
  /** The host of each line that names none, by position, where they came from several; wins over `host`. */
  readonly hosts?: readonly string[];
  readonly service?: string | null | undefined;
  readonly batchKey?: string | null | undefined;
  /** The bytes of those lines, by position, that were not valid UTF-8. */
  readonly bytes?: ReadonlyMap<number, Buffer>;
  /** Those lines, by position, that ended with CR LF: it is part of an event of several lines. */
  readonly crlf?: ReadonlySet<number>;
  /** Whether stack traces and continuation lines are joined to one event; blank lines between events are passed over. */
  readonly multiline?: boolean | null | undefined;
  /** Position of the first line in what `batchKey` names, where it is sent in several calls. */
  readonly startIndex?: number;
}

export interface IngestEventInput {
  /** RFC 3339. */
  readonly timestamp?: string | null | undefined;
  readonly sourceType?: SourceType | null | undefined;
  readonly sourcePath?: string | null | undefined;
  readonly host?: string | null | undefined;
  readonly service?: string | null | undefined;
  readonly severity?: SeverityName | null | undefined;
  readonly facility?: string | null | undefined;
  readonly message: string;
  readonly structuredFields?: unknown;
  readonly correlationKeys?: unknown;
  readonly ingestMetadata?: unknown;
  readonly eventKey?: string | null | undefined;
}

export interface IngestEventsInput {
  readonly events: readonly IngestEventInput[];
  readonly batchKey?: string | null | undefined;
}

/** JSON texts as a connector received them. */
export interface IngestPayloadsInput {
  readonly payloads: readonly string[];
  readonly batchKey?: string | null | undefined;
  /**
   * Without a batch key: equal payloads, all of whose events have times of their own, are one request sent again. Its
   * sender had no answer; without times it may as well be a repetition, and counts.
   */
  readonly mayBeResent?: boolean;
}

export interface IngestOutcome {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejectedIds: readonly string[];
  readonly newSignatureIds: readonly string[];
  /** Whether sending the same again adds nothing: there was a batch key, or every event had its own. */
  readonly replaySafe: boolean;
}

export const NOTHING_INGESTED: IngestOutcome = {
  accepted: 0,
  duplicates: 0,
  rejectedIds: [],
  newSignatureIds: [],
  replaySafe: true,
};

export const joinOutcomes = (a: IngestOutcome, b: IngestOutcome): IngestOutcome => ({
  accepted: a.accepted + b.accepted,
  duplicates: a.duplicates + b.duplicates,
  rejectedIds: [...a.rejectedIds, ...b.rejectedIds],
  newSignatureIds: [...a.newSignatureIds, ...b.newSignatureIds],
  replaySafe: a.replaySafe && b.replaySafe,
});

/** Inputs of one transaction. */
export const CHUNK_SIZE = 5_000;
/** Inputs of one call. */
export const MAX_INPUTS = 50_000;
/** Characters of one line or message. */
export const MAX_MESSAGE_CHARS = 1_048_576;
const MAX_KEY_CHARS = 512;
const MAX_LABEL_CHARS = 512;

/** Throws ValidationError or LimitExceededError where nothing of the request can be taken. */
export function checkRequest(
  field: 'lines' | 'events' | 'payloads',
  count: number,
  batchKey: string | null | undefined,
): void {
  if (count === 0) {
    throw new ValidationError(`"${field}" is empty: send at least one, or do not call at all.`, [
      'input',
      field,
    ]);
  }
  if (count > MAX_INPUTS) {
    throw new LimitExceededError(
      `${count} ${field} in one call; the limit is ${MAX_INPUTS}. Send them in several calls, each with a batchKey of its own.`,
      ['input', field],
    );
  }
  if (batchKey === '' || (batchKey ?? '').length > MAX_KEY_CHARS) {
    throw new ValidationError(`"batchKey" needs 1 to ${MAX_KEY_CHARS} characters, or leave it out.`, [
      'input',
      'batchKey',
    ]);
  }
  if (batchKey?.includes('\u0000')) {
    throw new ValidationError('"batchKey" must not contain NUL characters.', ['input', 'batchKey']);
  }
}

/** A host, service or path as a dimension: storable, and bounded so that it fits an index. */
export function label(text: string | null | undefined): string {
  if (text === null || text === undefined || text === '') return '';
  const cut = text.length > MAX_LABEL_CHARS ? text.slice(0, MAX_LABEL_CHARS) : text;
  return cut.isWellFormed() && !cut.includes('\u0000')
    ? cut
    : cut.toWellFormed().replaceAll('\u0000', '\ufffd');
}
