// Loki's push request, in JSON or in snappy-compressed protobuf (logproto.PushRequest), as streams of timed lines.
import protobuf from 'protobufjs';
import snappy from 'snappyjs';
import { z } from 'zod';
import { ValidationError } from '../../domain/errors.ts';
import type { Micros } from '../../domain/time.ts';
import { microsOfEpochText } from '../../parse/epoch.ts';
import { severityOfWord } from '../../parse/level.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';
import { eventOfText } from '../event-of-text.ts';

const PROTO = `
syntax = "proto3";
message PushRequest { repeated Stream streams = 1; }
message Stream { string labels = 1; repeated Entry entries = 2; }
message Entry { Timestamp timestamp = 1; string line = 2; repeated LabelPair structured_metadata = 3; }
message LabelPair { string name = 1; string value = 2; }
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
`;

const pushRequest = protobuf.parse(PROTO).root.lookupType('PushRequest');

const labels = z.record(z.string(), z.string());
const push = z.object({
  streams: z.array(
    z.object({
      stream: labels,
      values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())),
    }),
  ),
});

export type Push = z.output<typeof push>;

/** Throws ValidationError that names the field. */
export function readPush(value: unknown): Push {
  const read = push.safeParse(value);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  throw new ValidationError(`No push request: "${path.join('.')}" ${message}.`);
}

interface Decoded {
  streams?: {
    labels?: string;
    entries?: {
      timestamp?: { seconds?: string; nanos?: number };
      line?: string;
      structuredMetadata?: { name?: string; value?: string }[];
    }[];
  }[];
}

/** The binary request in its JSON form. Throws what the decoders throw. */
export function decodePush(body: Buffer, limitBytes: number): unknown {
  const plain = Buffer.from(snappy.uncompress(body, limitBytes));
  const { streams = [] } = pushRequest.toObject(pushRequest.decode(plain), { longs: String }) as Decoded;
  return {
    streams: streams.map(({ labels: text = '', entries = [] }) => ({
      stream: readLabels(text),
      values: entries.map(({ timestamp, line = '', structuredMetadata = [] }) => [
        `${timestamp?.seconds ?? '0'}${String(timestamp?.nanos ?? 0).padStart(9, '0')}`,
        line,
        Object.fromEntries(structuredMetadata.map(({ name = '', value = '' }) => [name, value])),
      ]),
    })),
  };
}

/** `{app="web", level="info"}`; values are quoted as in Go, which JSON reads too. */
function readLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z_][\w.]*)\s*=\s*("(?:[^"\\]|\\.)*")/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name!, unquote(value!)]));
}

function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}

const HOST_LABELS = ['host', 'hostname', 'node', 'instance', 'pod'];
const SERVICE_LABELS = ['service_name', 'service', 'app', 'container', 'job', 'unit'];
const LEVEL_LABELS = ['level', 'detected_level', 'severity'];

export function eventsOfPush({ streams }: Push, receivedUs: Micros): IngestEventInput[] {
  return streams.flatMap(({ stream, values }) => {
    const level = firstOf(stream, LEVEL_LABELS);
    const wrapper = {
      host: firstOf(stream, HOST_LABELS),
      service: firstOf(stream, SERVICE_LABELS),
      severity: level === null ? null : severityOfWord(level),
      sourcePath: firstOf(stream, ['filename']),
    };
    return values.map(([nanos, line, more]) =>
      eventOfText(
        line,
        {
          ...wrapper,
          timestampUs: microsOfEpochText(nanos),
          fields: { ...stream, ...(more as object | undefined) },
        },
        receivedUs,
      ),
    );
  });
}

function firstOf(stream: Readonly<Record<string, string>>, names: readonly string[]): string | null {
  for (const name of names) if (stream[name]) return stream[name];
  return null;
}
