// Raw lines: the header comes off, what it says and what it leaves open becomes the event's dimensions.
import { parseLine } from '../parse/parse-line.ts';
import type { ParsedLine } from '../parse/parsed-line.ts';
import { partitionOf } from '../parse/partition.ts';
import { makeStorable } from '../parse/storable.ts';
import type { RejectedRequest, Rejection } from '../store/rejected.ts';
import { EventFlag } from '../store/tables/event.ts';
import { type IngestLinesInput, label } from './input.ts';
import {
  detectionTime,
  type PrepareContext,
  type PreparedEvent,
  Refused,
  refuseMessage,
  refuseTime,
  rejection,
  severityOf,
  truncationFlag,
} from './prepare.ts';

export interface Prepared {
  readonly events: PreparedEvent[];
  readonly rejections: Rejection[];
}

/** A line, or the lines of one event joined. */
export interface RawInput {
  readonly text: string;
  /** Of its first line. */
  readonly index: number;
  /** As received, where the text does not say it all. */
  readonly bytes?: Buffer | undefined;
}

/** `identityPrefix` and the position of an input identify it. */
export function prepareLines(
  input: IngestLinesInput,
  inputs: readonly RawInput[],
  identityPrefix: string,
  context: PrepareContext,
): Prepared {
  const events: PreparedEvent[] = [];
  const rejections: Rejection[] = [];
  const place = {
    sourceType: input.sourceType,
    sourcePath: label(input.sourcePath),
    host: label(input.host),
    service: label(input.service),
  };
  const shared = { ...place, request: { kind: 'line', ...place } as const };
  const firstIndex = input.startIndex ?? 0;
  const ofHost = new Map<string, Shared>();
  const sharedOf = (given: string | undefined): Shared => {
    if (given === undefined) return shared;
    const known = ofHost.get(given);
    if (known !== undefined) return known;
    const host = label(given);
    const made = { ...shared, host, request: { ...shared.request, host } };
    ofHost.set(given, made);
    return made;
  };
  for (const { text: raw, index, bytes } of inputs) {
    const from = sharedOf(input.hosts?.[index - firstIndex]);
    const prepared = prepareLine(raw, index, `${identityPrefix}\u0000${index}`, from, context);
    if (prepared instanceof Refused) rejections.push(rejection(index, prepared, raw, from.request, bytes));
    else events.push(bytes === undefined ? prepared : withBytes(prepared, bytes));
  }
  return { events, rejections };
}

type Shared = Pick<PreparedEvent, 'sourceType' | 'sourcePath' | 'host' | 'service'> & {
  request: RejectedRequest;
};

function prepareLine(
  raw: string,
  index: number,
  identityPrefix: string,
  shared: Shared,
  context: PrepareContext,
): PreparedEvent | Refused {
  const refusedMessage = refuseMessage(raw);
  if (refusedMessage) return refusedMessage;
  const line = parseLine(raw, context);
  const timestampUs = line.timestampUs ?? context.referenceUs + index;
  const refusedTime = refuseTime(timestampUs, context);
  if (refusedTime) return refusedTime;
  const { severity, flag: severityFlag } = severityOf(line.severity, line.message);
  const { detectionUs, flag: skewFlag } = detectionTime(timestampUs, context.receivedUs);
  const service = line.program === null ? shared.service : label(line.program);
  const { text, originalBase64 } = makeStorable(raw);
  return {
    index,
    timestampUs,
    detectionUs,
    identity: `${identityPrefix}\u0000${raw}`,
    eventKey: null,
    sourceType: shared.sourceType,
    sourcePath: shared.sourcePath,
    host: line.host === null ? shared.host : label(line.host),
    service,
    partition: label(partitionOf(line, service)),
    message: line.message,
    structured: line.fields,
    severity,
    facility: line.facility,
    flags: severityFlag | skewFlag | truncationFlag(line.message) | timeFlags(line),
    messageRaw: text,
    attrs: originalBase64 === null ? null : { rawBase64: originalBase64 },
    original: { payload: raw, request: shared.request },
  };
}

const withBytes = (event: PreparedEvent, bytes: Buffer): PreparedEvent => ({
  ...event,
  attrs: { ...event.attrs, rawBytesBase64: bytes.toString('base64') },
});

const timeFlags = (line: ParsedLine): number =>
  (line.timestampUs === null ? EventFlag.TIMESTAMP_ASSIGNED : 0) |
  (line.yearInferred ? EventFlag.YEAR_INFERRED : 0);
