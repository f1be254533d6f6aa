// Example lines of a post-mortem, signed as if they had just come in: by the same parsers, in the same partition.

import { eventIdDigits, formatUuid } from '../../domain/event-id.ts';
import { formatMicros, type Micros, minuteOf } from '../../domain/time.ts';
import { joinMultiline } from '../../parse/multiline.ts';
import { groupBy } from '../../pipeline/detect/touched.ts';
import { isSourced } from '../../pipeline/fold/recount.ts';
import type { PreparedEvent } from '../../pipeline/prepare.ts';
import { prepareLines } from '../../pipeline/prepare-lines.ts';
import { describeSignature } from '../../pipeline/sign.ts';
import type { SignatureContent } from '../../store/signatures.ts';
import { EventFlag } from '../../store/tables/event.ts';
import type { RecordInput } from '../format.ts';
import type { LineFault } from '../read-records.ts';

export interface Example {
  readonly id: string;
  readonly atUs: Micros;
  readonly line: string;
  readonly host: string | null;
  readonly event: PreparedEvent;
  readonly signature: SignatureContent;
}

export interface Place {
  /** When the incident began: the time of lines that carry none. */
  readonly startedUs: Micros;
  /** When it was over at the latest: lines without a year are of the year before. */
  readonly endedUs: Micros;
  readonly nowUs: Micros;
  /** Of lines that do not name their own. */
  readonly host: string | null;
  readonly service: string | null;
  /** What makes the incident itself. */
  readonly identity: string;
}

/** Lines without white space around them; a stack trace is one. `firstLine`: where the block begins in its file. */
export function readExamples(
  block: string,
  firstLine: number,
  place: Place,
): { examples: Example[]; faults: LineFault[] } {
  const lines = block.split('\n').map((line) => line.trimEnd());
  const joined = joinMultiline(lines).filter(({ text }) => text.trim() !== '');
  const { events, rejections } = prepareLines(
    { sourceType: 'FILE', lines: [], host: place.host, service: place.service },
    joined.map(({ text }, index) => ({ text, index })),
    place.identity,
    { referenceUs: place.endedUs, receivedUs: place.nowUs, oldestUs: null },
  );
  return {
    examples: events.map((event) => exampleOf(event, place)),
    faults: rejections.map(({ index, reason }) => ({
      line: firstLine + joined[index]!.first,
      field: null,
      reason,
    })),
  };
}

function exampleOf(prepared: PreparedEvent, place: Place): Example {
  const assigned = (prepared.flags & EventFlag.TIMESTAMP_ASSIGNED) !== 0;
  const atUs = assigned ? place.startedUs : prepared.timestampUs;
  const event = { ...prepared, timestampUs: atUs, detectionUs: atUs };
  return {
    id: formatUuid(eventIdDigits(atUs, event.identity)),
    atUs,
    line: event.messageRaw,
    host: event.host === '' ? null : event.host,
    event,
    signature: describeSignature(event),
  };
}

/** What a document's examples add to what is counted: each signature once, each line once. */
export function recordsOfExamples(examples: readonly Example[], nowUs: Micros): RecordInput[] {
  const bySignature = groupBy(examples, (example) => example.signature.key);
  return [...bySignature.values()].flatMap((same) => [
    ...signatureRecords(same, nowUs),
    ...countRecords(same),
  ]);
}

function signatureRecords(same: readonly Example[], nowUs: Micros): RecordInput[] {
  const sorted = [...same].sort((a, b) => a.atUs - b.atUs);
  const first = sorted[0]!;
  const { signature } = first;
  const firstSeenAt = formatMicros(first.atUs);
  const severities = same.map(({ event }) => event.severity);
  return [
    {
      kind: 'signature',
      key: signature.key,
      scope: 'TENANT',
      version: 1,
      service: signature.service,
      eventFamily: signature.eventFamily,
      pattern: signature.pattern,
      example: signature.exampleMessage,
      pairKey: signature.pairKey,
      pairRole: signature.pairRole,
      firstSeenAt,
      lastSeenAt: formatMicros(sorted.at(-1)!.atUs),
      occurrences: same.length,
      worstSeverity: Math.max(...severities),
      severities: severities.reduce<number>((bits, severity) => bits | (1 << severity), 0),
      score: 0,
      mergedInto: null,
      createdAt: formatMicros(nowUs),
    },
    {
      kind: 'form',
      key: signature.key,
      contentKey: signature.contentKey,
      signature: signature.key,
      partition: signature.partition,
      example: signature.exampleMessage,
      firstSeenAt,
      firstCountedAt: firstSeenAt,
    },
  ];
}

function countRecords(same: readonly Example[]): RecordInput[] {
  const byHost = groupBy(same, (example) => example.host ?? '');
  return [...byHost].map(([host, examples]) => ({
    kind: 'counts',
    signature: same[0]!.signature.key,
    host: host === '' ? null : host,
    minutes: [...groupBy(examples, ({ atUs }) => String(minuteOf(atUs)))].map(([minute, counted]) => [
      Number(minute),
      counted.length,
      counted.filter(({ event }) => isSourced(event.flags)).length,
      Math.max(...counted.map(({ event }) => event.severity)),
      Math.min(...counted.map(({ atUs }) => atUs)),
      Math.max(...counted.map(({ atUs }) => atUs)),
    ]),
  }));
}
